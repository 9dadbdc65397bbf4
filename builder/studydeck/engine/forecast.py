"""How much work a deck will be: the real engine's FSRS simulator, run for a learner who starts today.

What it assumes (rslib's scheduler/fsrs/simulator.rs; tests/test_stats.py): FSRS-6 with its default parameters and the
default preset's learning steps, every due card answered on its day, and the seconds per answer and the share of
Again, Hard, Good and Easy that Anki assumes for someone without a history. Its random numbers have a fixed seed, so
that two runs agree. One run is one learner, who may be lucky or unlucky with few cards, so few cards are simulated for
many learners at once.
"""

from __future__ import annotations

from typing import NamedTuple

from anki.scheduler_pb2 import SimulateFsrsReviewRequest

from studydeck.engine.learner import Learner

#: Fewer cards are simulated for as many learners as add up to this number; each day is their mean.
_CARDS = 2_000
_NO_LIMIT = 2**32 - 1


class Simulated(NamedTuple):
    """The new cards, reviews and minutes of each day; and how many cards are known after the last day."""

    new: list[float]
    reviews: list[float]
    minutes: list[float]
    known: float


def simulate(cards: int, new: int, days: int, retention: int) -> Simulated:
    """The first `days` days with a deck of `cards` cards: `new` of them a day, `retention` percent to be remembered."""
    met = min(cards, new * days)
    if not met:  # which the engine rejects as invalid input
        nothing = [0.0] * days
        return Simulated(nothing, nothing, nothing, 0.0)
    learners = -(-_CARDS // met)
    with Learner() as someone:
        backend = someone.col._backend
        preset = backend.get_deck_configs_for_update(1).defaults.config
        result = backend.simulate_fsrs_review(
            SimulateFsrsReviewRequest(
                params=preset.fsrs_params_6,
                desired_retention=retention / 100,
                deck_size=met * learners,
                days_to_simulate=days,
                new_limit=new * learners,
                review_limit=_NO_LIMIT,
                new_cards_ignore_review_limit=True,
                max_interval=preset.maximum_review_interval,
                easy_days_percentages=preset.easy_days_percentages,
                review_order=preset.review_order,
                historical_retention=preset.historical_retention,
                learning_step_count=len(preset.learn_steps),
                relearning_step_count=len(preset.relearn_steps),
            )
        )
    return Simulated(
        [each / learners for each in result.daily_new_count],
        [each / learners for each in result.daily_review_count],
        [each / learners / 60 for each in result.daily_time_cost],
        result.accumulated_knowledge_acquisition[-1] / learners,
    )
