"""What other tools and other languages call the parts of a card, and a card made of its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from studydeck.importers.incoming import IncomingCard
from studydeck.patterns import pattern

Value = str | tuple[str, ...] | bool

#: Our keys, and the names that mean the same; `section` is no key of a card, but belongs to one.
_NAMES = {
    "question": "q front prompt term word expression side1 side_1 text_1 stimulus problem frage vorderseite begriff "
    "wort vokabel recto avant pregunta anverso término termino palabra domanda fronte termine parola "
    "pergunta frente termo palavra vraag voorkant pytanie przód przod pojęcie вопрос термин слово лицо "
    "soru ön 質問 問題 表 単語 问题 正面 词语 單詞 單字 질문 앞면 단어 سؤال السؤال fråga spørgsmål "
    "spørsmål kysymys otázka kérdés pojem ερώτηση câu_hỏi",
    "answer": "a back response definition meaning translation solution reply side2 side_2 text_2 antwort rückseite "
    "rueckseite bedeutung übersetzung lösung réponse reponse verso arrière définition definición "
    "definicion respuesta reverso traducción significado risposta retro definizione traduzione resposta "
    "definição tradução significado antwoord achterkant vertaling odpowiedź odpowiedz tył definicja "
    "tłumaczenie ответ определение перевод оборот cevap arka 答え 回答 解答 裏 意味 答案 背面 释义 解釋 "
    "답 정답 뒷면 뜻 جواب الجواب إجابة svar vastaus odpověď válasz απάντηση trả_lời đáp_án",
    "cloze": "lückentext lueckentext texte_à_trous texto_con_huecos",
    "hint": "clue tip hinweis tipp indice pista suggerimento dica wskazówka подсказка ヒント 提示 힌트 تلميح",
    "details": "detail extra back_extra notes note explanation explain comment comments remark remarks context "
    "example examples erklärung anmerkung anmerkungen bemerkung beispiel remarque explication exemple "
    "notas nota explicación ejemplo spiegazione esempio explicação exemplo uitleg toelichting wyjaśnienie "
    "пояснение пример 解説 説明 例 备注 解释 설명 ملاحظة",
    "tags": "tag labels label keywords schlagwörter schlagworte étiquettes etiquetas etiqueta etichette тег теги "
    "タグ 标签 태그 وسوم",
    "section": "deck subdeck category topic chapter unit lesson subject group stapel kategorie thema kapitel lektion "
    "paquet catégorie chapitre mazo categoría tema capítulo lección categoria capitolo argomento baralho "
    "capítulo lição hoofdstuk onderwerp talia rozdział колода тема глава デッキ 章 卡组 분류",
    "guid": "",
    "id": "",
    "reverse": "reversed both_ways bidirectional add_reverse",
    "typed": "type_in",
}
_KEYS = {name: key for key, names in _NAMES.items() for name in (key, *names.split())}
#: Languages by their names in several languages, which head the columns of vocabulary.
LANGUAGES = frozenset(
    re.findall(
        r"\S+",
        """
    english german french spanish italian portuguese dutch russian polish japanese chinese korean arabic turkish latin
    greek swedish danish norwegian finnish hebrew hindi ukrainian czech deutsch englisch französisch spanisch
    italienisch latein russisch japanisch chinesisch anglais allemand français espagnol italien inglés español alemán
    francés italiano inglese tedesco francese spagnolo inglês português alemão nederlands engels русский английский
    немецкий 日本語 英語 中文 英文 한국어 영어 العربية
""",
    )
)
#: Values of a column that says yes or no.
_NO = {"", "0", "no", "n", "false", "nein", "non", "off", "-"}
_GAP = pattern(r"\{\{c\d+::")


def key_named(name: str) -> str:
    """Our key for what another tool calls `name`, such as `question` for `Vorderseite`; empty if it is none we know."""
    return _KEYS.get(re.sub(r"[\s_-]+", "_", name.strip().strip("*:").strip().casefold()), "")


def card_values(parts: Mapping[str, Value]) -> tuple[dict[str, Value], str]:
    """The values of a card by our keys, and why it is none if something is missing.

    A text with Anki's gaps is a cloze, whatever it is called, and what would be its answer are its details.
    """
    values = {key: value for key, value in parts.items() if value not in ("", (), False)}
    for flag in ("reverse", "typed"):
        if isinstance(written := values.get(flag), str):
            del values[flag]
            if written.strip().casefold() not in _NO:
                values[flag] = True
    question = values.get("question", "")
    if "cloze" not in values and isinstance(question, str) and _GAP.search(question):
        values = {"cloze": values.pop("question")} | values
    if "cloze" in values:
        if not (isinstance(values["cloze"], str) and _GAP.search(values["cloze"])):
            return values, "it has no gap such as {{c1::Cairo}}"
        extra = [
            each for each in (values.pop("answer", ""), values.pop("details", "")) if isinstance(each, str) and each
        ]
        values |= {"details": "\n\n".join(extra)} if extra else {}
        for name in ("question", "reverse", "typed"):
            values.pop(name, None)
        return values, ""
    if not question:
        return values, "it has no question"
    return values, "" if "answer" in values else "it has no answer"


def under_one_name(cards: Sequence[IncomingCard], otherwise: str) -> tuple[str, list[IncomingCard]]:
    """The deck's name, and the cards in sections below it: the names that all sections start with are the deck's own.

    Without such, the deck is called `otherwise`.
    """
    paths = [card.section.split("::") for card in cards]
    shared = 0
    while paths and all(len(path) > shared and path[shared] and path[shared] == paths[0][shared] for path in paths):
        shared += 1
    below = [card._replace(section="::".join(path[shared:])) for card, path in zip(cards, paths, strict=True)]
    return "::".join(paths[0][:shared]) if shared else otherwise, below
