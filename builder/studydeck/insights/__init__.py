"""What learners' reviews say of a deck's cards.

evidence.py counts and ranks, show.py says it for a terminal and for programs, page.py on a page. Nothing here names
a learner, or dates what they did.
"""

from studydeck.insights.evidence import AsShipped, DeckEvidence, Evidence, Share, evidence_of
from studydeck.insights.page import insights_page
from studydeck.insights.show import Insight, Insights, insights_json, insights_text

__all__ = [
    "AsShipped",
    "DeckEvidence",
    "Evidence",
    "Insight",
    "Insights",
    "Share",
    "evidence_of",
    "insights_json",
    "insights_page",
    "insights_text",
]
