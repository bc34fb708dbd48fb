"""What the detector finds: seeds, plain sentences of every kind, explanations."""

from __future__ import annotations

import json

import pytest

from include.detect.dates import find_anchor, find_dates
from include.detect.moves import analyse_document, explain, find_moves
from include.evaluate import fold_name
from include.records import Document, Move
from tests.shared import require_shared


def find(text: str, lang: str = "en", title: str = "", published: str | None = "2026-03-05") -> list[Move]:
    return find_moves(Document("x", lang, title, text, published))


def test_a_plain_departure_with_destination() -> None:
    moves = find("Jane Roe is leaving OpenAI to join Anthropic, the company said on Tuesday.")
    assert [(m.kind, m.person, m.from_org, m.to_org) for m in moves] == [
        ("departure", "Jane Roe", "OpenAI", "Anthropic")
    ]


@pytest.mark.parametrize(
    ("lang", "text", "person"),
    [
        ("en", "OpenAI chief scientist Marta Kowal resigned on Monday.", "Marta Kowal"),
        ("pt", "A diretora de pesquisa da OpenAI, Helena Prates, deixou a empresa.", "Helena Prates"),
        ("id", "Direktur riset OpenAI, Bagas Wirawan, mengundurkan diri pada Senin.", "Bagas Wirawan"),
        ("zh-Hans", "OpenAI首席技术官周明远近日宣布离职。", "周明远"),
        ("zh-Hant", "OpenAI技術長林柏宇請辭。", "林柏宇"),
        ("ja", "OpenAIの最高技術責任者、西岡真一氏が退社した。", "西岡真一"),
        ("ru", "Технический директор OpenAI Алина Гордеева покидает компанию.", "Алина Гордеева"),
    ],
)
def test_names_that_stand_in_no_list_are_found(lang: str, text: str, person: str) -> None:
    assert [(m.kind, m.person, m.from_org) for m in find(text, lang)] == [("departure", person, "OpenAI")]


@pytest.mark.parametrize(
    ("lang", "text", "person"),
    [
        ("uk", "Олександр Дем'яненко звільнився з Нафтогазу.", "Олександр Дем'яненко"),
        ("uk", "Глава правління Соломія Прокоп’юк залишає Нафтогаз.", "Соломія Прокоп’юк"),
        ("ru", "Шинейд О'Брайен покидает Яндекс. О'Брайен руководила поиском.", "Шинейд О'Брайен"),
        ("pl", "Sinéad O'Connor odchodzi z Orlenu, poinformował dyrektora O'Connora zarząd.", "Sinéad O'Connor"),
        ("it", "Luca Dell'Acqua lascia Enel. Dell'Acqua guidava la ricerca.", "Luca Dell'Acqua"),
        ("fr", "Youssouf N'Diaye quitte la direction d'Orange. N'Diaye était arrivé en 2019.", "Youssouf N'Diaye"),
        ("fr", "Le directeur Jean d’Ormesson quitte Kyrel.", "Jean d’Ormesson"),
        ("nl", "Pieter van 't Hof vertrekt bij Philips.", "Pieter van 't Hof"),
        ("nl", "Hanneke Dijkgraaf-Pol vertrekt bij de gemeente Utrecht.", "Hanneke Dijkgraaf-Pol"),
        ("id", "Ma'ruf Amin mundur dari BRI. Ma'ruf memimpin sejak 2019.", "Ma'ruf Amin"),
        ("zh-Hant", "海線戰神足球隊今天宣布，前鋒安東尼奧．維加離隊，轉投日本球隊。", "安東尼奧．維加"),
        ("zh-Hant", "甲骨文雲端主管莫妮卡.拉斯穆森已向公司請辭。", "莫妮卡.拉斯穆森"),
    ],
)  # fmt: skip
def test_a_name_is_whole_whatever_joins_its_parts(lang: str, text: str, person: str) -> None:
    assert [m.person for m in find_moves(Document("x", lang, "", text, None))] == [person]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "She left the stage to loud applause."),
        ("en", "The update leaves beta next week, said the firm."),
        ("zh-Hans", "一名员工离开了会议室。"),
        ("id", "Ribuan warga meninggalkan Jakarta menjelang Lebaran."),
        ("pt", "O novo aplicativo deixa claro que a privacidade importa."),
    ],
)
def test_what_is_no_move_gives_none(lang: str, text: str) -> None:
    assert find(text, lang) == []


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        ("Siva Namas has resigned as chief executive of Cohere Health. Cohere is based in Boston.", "Cohere Health"),
        ("Siva Namas has resigned as chief executive of Delta Dental, the insurer said.", "Delta Dental"),
        ("Siva Namas has resigned as chief executive of Apple Bank, the lender said.", "Apple Bank"),
        ("Siva Namas has resigned as chief executive of Stripe & Stare, the company said.", "Stripe & Stare"),
        ("Siva Namas has resigned as chief executive of Mistral AI, the company said.", "Mistral AI"),
        ("Siva Namas has resigned as chief executive of Scale AI Japan, the company said.", "Scale AI"),
        ("Siva Namas has resigned as chief executive of Google Fiber, the company said.", "Google"),
    ],
)
def test_a_known_name_within_another_is_another_firm(text: str, firm: str) -> None:
    assert [m.from_org for m in find(text)] == [firm]


@pytest.mark.parametrize(
    ("lang", "other", "news"),
    [
        ("en", "The market rose again on Tuesday, said those who trade. " * 400, "Jane Roe is leaving Sony, it said."),
        ("zh-Hans", "市场周二再次上涨，投资者仍在等待数据。" * 400, "索尼首席技术官周明远近日宣布离职。"),
    ],
    ids=["en", "zh-Hans"],
)
def test_a_move_is_found_far_down_in_a_long_text(lang: str, other: str, news: str) -> None:
    moves = find(other + news, lang)
    assert [(m.kind, m.from_org, m.evidence.quote) for m in moves] == [("departure", "Sony", news)]


def test_a_page_of_hundreds_of_firms_still_tells_who_left_which() -> None:
    first = ("Bren", "Cor", "Dal", "Fen", "Gar", "Hol", "Kel", "Mor", "Nor", "Tal", "Var", "Wen")
    last = ("ford", "gate", "holm", "leigh", "mere", "rick", "stead", "ton", "vale", "wick", "worth", "dale")
    names = [a + b for a in first for b in last]
    listed = [f"{name} Bank opened {number} new branches." for number, name in enumerate(names, 3)]
    news = "Jane Roe has left Sony for Anthropic, the company said. Carl Ober resigned from Mistral on Tuesday."
    text = " ".join([*listed[:70], news, *listed[70:]])
    moves = {m.person: (m.from_org, m.to_org) for m in find(text) if m.kind == "departure"}
    assert moves == {"Jane Roe": ("Sony", "Anthropic"), "Carl Ober": ("Mistral AI", None)}


def test_an_article_without_a_trigger_is_not_examined() -> None:
    assert "nothing was examined further" in str(explain(Document("x", "en", "", "A sunny day in Berlin.", None)))


def test_an_explanation_names_spans_trigger_and_verdict() -> None:
    text = str(explain(Document("x", "en", "", "Jane Roe resigned from OpenAI.", "2026-03-05")))
    for part in ("person:Jane Roe", "org:OpenAI(openai)", "trigger  'resign", "taken", "departure: Jane Roe"):
        assert part in text


@pytest.mark.parametrize(("stated", "dates"), [("in 2016", ["2016"]), ("in March 2016", ["2016-03", "2016-11-15"])])
def test_a_bare_year_dates_nothing_else(stated: str, dates: list[str]) -> None:
    text = f"Jane Roe joined OpenAI {stated}. She will leave OpenAI on 15 November."
    reading = analyse_document(Document("x", "en", "", text, None)).reading
    assert reading
    found = find_dates(reading, 0, len(text), find_anchor(reading, None))
    assert [mention.iso for mention in found] == dates


_SEEDS = {  # the main move of each: person, organisation left, destination
    "seed-000": ("Alec Radford", "OpenAI", None),
    "seed-001": ("Alec Radford", "OpenAI", None),
    "seed-002": ("Sebastien Bubeck", "Microsoft", "OpenAI"),
    "seed-003": ("Jason Wei", "OpenAI", "Meta"),
    "seed-004": ("Ilya Sutskever", "OpenAI", None),
}


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_main_move_of_every_seed_comes_out(seed: str) -> None:
    person, from_org, to_org = _SEEDS[seed]
    names = sorted(require_shared("seeds").glob("*.txt"))
    lang = ("pt", "zh-Hant", "id", "pt", "zh-Hant")[int(seed[-1])]
    text = names[int(seed[-1])].read_text(encoding="utf-8")
    found = {(fold_name(m.person), m.from_org): m for m in find(text, lang, published=None) if m.kind == "departure"}
    key = (fold_name(person), from_org)
    assert key in found, json.dumps([f"{p} {o}" for p, o in found], ensure_ascii=False)
    move = found[key]
    assert move.to_org == to_org
    assert move.status in ("announced", "reported")
    assert move.focus == "main"


_LEAVERS = {  # of each: who must be found leaving, and who else may be
    "seed-000": ({"Alec Radford", "Mira Murati", "John Schulman"}, {"Bob McGrew", "Dario Amodei"}),
    "seed-001": (
        {
            "Alec Radford", "Mira Murati", "Bob McGrew", "John Schulman", "Peter Deng", "Miles Brundage",
            "Lilian Weng",
        },
        set(),
    ),
    "seed-002": ({"Sébastien Bubeck", "Mira Murati", "Luke Metz"}, {"Barret Zoph"}),
    "seed-003": ({"Jason Wei", "Hyung Won Chung"}, set()),
    "seed-004": ({"Ilya Sutskever", "Sam Altman"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("seed", _LEAVERS)
def test_nobody_leaves_in_a_seed_who_does_not(seed: str) -> None:
    sure, allowed = _LEAVERS[seed]
    names = sorted(require_shared("seeds").glob("*.txt"))
    lang = ("pt", "zh-Hant", "id", "pt", "zh-Hant")[int(seed[-1])]
    text = names[int(seed[-1])].read_text(encoding="utf-8")
    departures = [m for m in find(text, lang, published=None) if m.kind == "departure"]
    assert sure <= {m.person for m in departures} <= sure | allowed
    left = {"Sébastien Bubeck": "Microsoft"}
    assert [(m.person, m.from_org) for m in departures if m.from_org != left.get(m.person, "OpenAI")] == []


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        ("en", "Five years ago, Jane Fox resigned as chief scientist of OpenAI. Today she runs a vineyard.", "2021"),
        ("en", "A decade ago, Jane Fox resigned as chief scientist of OpenAI. Today she runs a vineyard.", "2016"),
        ("en", "Jane Fox left OpenAI five years ago to join Anthropic.", "2021"),
        ("en", "Several years ago, Jane Fox resigned as chief scientist of OpenAI.", None),
        ("en", "Jane Fox left OpenAI more than five years ago.", None),
        ("de", "Jana Fuchs ist vor fünf Jahren als Forschungschefin von OpenAI zurückgetreten.", "2021"),
        ("fr", "Il y a cinq ans, Jeanne Renard a démissionné de la direction scientifique d'OpenAI.", "2021"),
        ("es", "Hace cinco años, Juana Zorro renunció como jefa científica de OpenAI. Hoy dirige un viñedo.", "2021"),
        ("pt", "Há cinco anos, Joana Raposo renunciou ao cargo de cientista-chefe da OpenAI.", "2021"),
        ("it", "Cinque anni fa Gianna Volpi si è dimessa da direttrice scientifica di OpenAI.", "2021"),
        ("nl", "Janna de Vos vertrok vijf jaar geleden bij OpenAI.", "2021"),
        ("pl", "Pięć lat temu Joanna Lis zrezygnowała ze stanowiska głównej badaczki OpenAI.", "2021"),
        ("tr", "Beş yıl önce Zeynep Tilki OpenAI'ın baş bilim insanlığı görevinden istifa etti.", "2021"),
        ("vi", "Năm năm trước, bà Trần Thị Hồng từ chức giám đốc khoa học của OpenAI.", "2021"),
        ("id", "Lima tahun lalu, Sari Wulandari mengundurkan diri sebagai kepala ilmuwan OpenAI.", "2021"),
        ("ru", "Пять лет назад Анна Лисицына ушла с поста главного научного сотрудника OpenAI.", "2021"),
        ("uk", "П'ять років тому Ганна Лисенко звільнилася з посади наукової співробітниці OpenAI.", "2021"),
        ("ar", "استقالت ليلى حداد من شركة OpenAI قبل خمس سنوات.", "2021"),
        ("hi", "पांच साल पहले प्रिया शर्मा ने ओपनएआई के मुख्य वैज्ञानिक पद से इस्तीफा दे दिया था।", "2021"),
        ("th", "เมื่อห้าปีก่อน สมหญิง ใจดี ลาออกจากตำแหน่งหัวหน้านักวิทยาศาสตร์ของ OpenAI", "2021"),
        ("ja", "5年前、OpenAIの主任研究員だった佐藤花子氏が退社した。", "2021"),
        ("ko", "5년 전 김지은 수석과학자가 오픈AI를 떠났다.", "2021"),
        ("zh-Hans", "五年前，OpenAI首席科学家王小红辞职。", "2021"),
        ("zh-Hant", "五年前，OpenAI首席科學家王小紅辭職。", "2021"),
    ],
)  # fmt: skip
def test_what_was_years_ago_is_no_news(lang: str, text: str, day: str | None) -> None:
    moves = find(text, lang, published="2026-11-20")
    assert [(m.kind, m.date, m.focus) for m in moves] == [("departure", day, "background")]


@pytest.mark.parametrize(
    "text",
    [
        "Five years ago, Jane Fox resigned as chief scientist of OpenAI.",
        "Acme opened on 3 March 2026. Five years ago, Jane Fox resigned as chief scientist of OpenAI.",
    ],
)
def test_years_ago_without_a_day_of_publication_is_no_date_of_something_else(text: str) -> None:
    assert [(m.person, m.date) for m in find(text, published=None)] == [("Jane Fox", None)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Jane Fox left OpenAI three days ago.", "2026-11-17"),
        ("Jane Fox left OpenAI two weeks ago.", "2026-11"),
        ("Jane Fox left OpenAI three months ago.", "2026-08"),
        ("Jane Fox left OpenAI half a year ago.", "2026-05"),
        ("Jane Fox left OpenAI a few weeks ago.", None),
    ],
)
def test_how_long_ago_is_as_precise_as_it_is_said(text: str, day: str | None) -> None:
    assert [m.date for m in find(text, published="2026-11-20")] == [day]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Jane Fox has resigned as chief scientist of OpenAI, which she joined five years ago."),
        ("en", "Jane Fox is leaving OpenAI, the company she founded three years ago."),
        ("en", "Jane Fox, who joined the company two years ago, has resigned as chief scientist of OpenAI."),
        ("en", "Jane Fox is leaving the lab she built several years ago, OpenAI said."),
        ("de", "Jana Fuchs, vor fünf Jahren zu OpenAI gekommen, verlässt das Unternehmen."),
        ("de", "Jana Fuchs verlässt OpenAI. Sie war vor fünf Jahren zu dem Unternehmen gekommen."),
        ("es", "Juana Zorro deja OpenAI, la empresa que fundó hace tres años."),
        ("hi", "प्रिया शर्मा ने ओपनएआई से इस्तीफा दे दिया है। वह तीन साल पहले कंपनी में शामिल हुई थीं।"),
        ("tr", "Zeynep Tilki, beş yıl önce katıldığı OpenAI'dan istifa etti."),
        ("ja", "佐藤花子氏は3年前に入社したOpenAIを退社した。"),
        ("ko", "김지은 수석과학자는 5년 전 합류한 오픈AI를 떠난다."),
    ],
)
def test_a_new_departure_is_not_of_the_day_of_something_older(lang: str, text: str) -> None:
    moves = find(text, lang, published="2026-11-20")
    assert [(m.kind, m.date, m.focus) for m in moves if m.kind == "departure"] == [("departure", "2026-11-20", "main")]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Sara Lind has rescinded her resignation as finance chief of OpenAI and will remain in the post."),
        ("en", "Sara Lind has withdrawn her resignation as chief financial officer of OpenAI."),
        ("en", "Sara Lind, who announced her departure from OpenAI, has changed her mind and will stay."),
        ("en", "OpenAI finance chief Sara Lind reversed her decision to resign."),
        ("en", "Sara Lind said on Monday that she would leave OpenAI. On Friday she withdrew her resignation."),
        ("en", "Sara Lind is no longer leaving OpenAI."),
        ("de", "Sara Lind zieht ihren Rücktritt als Finanzchefin von OpenAI zurück und bleibt im Amt."),
        ("de", "Sara Lind hat ihre Kündigung bei OpenAI zurückgezogen."),
        ("fr", "Sara Lind retire sa démission de la direction financière d'OpenAI et restera en poste."),
        ("fr", "La directrice financière d'OpenAI, Sara Lind, est revenue sur sa démission."),
        ("es", "Sara Lind retira su renuncia como directora financiera de OpenAI y seguirá en el cargo."),
        ("es", "La directora financiera de OpenAI, Sara Lind, dio marcha atrás en su dimisión."),
        ("pt", "Sara Lind retirou o pedido de demissão e continua como diretora financeira da OpenAI."),
        ("pt", "A diretora financeira da OpenAI, Sara Lind, voltou atrás na renúncia ao cargo."),
        ("it", "Sara Lind ritira le dimissioni da direttrice finanziaria di OpenAI e resta al suo posto."),
        ("it", "La direttrice finanziaria di OpenAI, Sara Lind, ha revocato le sue dimissioni."),
        ("nl", "Sara Lind trekt haar ontslag als financieel directeur van OpenAI in en blijft aan."),
        ("nl", "Sara Lind heeft haar ontslag bij OpenAI ingetrokken."),
        ("pl", "Sara Lind wycofała rezygnację ze stanowiska dyrektor finansowej OpenAI."),
        ("pl", "Dyrektor finansowa OpenAI Sara Lind cofnęła dymisję i pozostanie na stanowisku."),
        ("tr", "OpenAI finans direktörü Sara Lind istifasını geri çekti."),
        ("tr", "OpenAI finans direktörü Sara Lind istifadan vazgeçti ve görevine devam edecek."),
        ("vi", "Bà Trần Thị Hồng rút đơn từ chức giám đốc tài chính OpenAI."),
        ("vi", "Bà Trần Thị Hồng rút lại đơn từ chức tại OpenAI và tiếp tục giữ chức giám đốc tài chính."),
        ("id", "Sari Wulandari mencabut pengunduran dirinya sebagai direktur keuangan OpenAI."),
        ("id", "Direktur keuangan OpenAI Sari Wulandari batal mundur dan tetap menjabat."),
        ("ru", "Анна Лисицына отозвала заявление об уходе с поста финансового директора OpenAI."),
        ("ru", "Финансовый директор OpenAI Анна Лисицына передумала уходить в отставку."),
        ("uk", "Ганна Лисенко відкликала заяву про звільнення з посади фінансової директорки OpenAI."),
        ("uk", "Фінансова директорка OpenAI Ганна Лисенко передумала йти у відставку."),
        ("ar", "سحبت ليلى حداد استقالتها من منصب المديرة المالية لشركة OpenAI."),
        ("ar", "تراجعت ليلى حداد عن استقالتها من شركة OpenAI."),
        ("hi", "ओपनएआई की वित्त प्रमुख प्रिया शर्मा ने अपना इस्तीफा वापस ले लिया है।"),
        ("hi", "प्रिया शर्मा ने ओपनएआई से इस्तीफा देने का फैसला वापस लिया।"),
        ("th", "สมหญิง ใจดี ถอนใบลาออกจากตำแหน่งผู้อำนวยการฝ่ายการเงินของ OpenAI"),
        ("th", "สมหญิง ใจดี ผู้อำนวยการฝ่ายการเงินของ OpenAI เปลี่ยนใจไม่ลาออกแล้ว"),
        ("ja", "OpenAIの佐藤花子最高財務責任者は辞意を撤回した。"),
        ("ja", "OpenAIの佐藤花子氏が辞表を撤回し、続投する。"),
        ("ko", "오픈AI 김지은 최고재무책임자가 사의를 철회했다."),
        ("ko", "오픈AI 김지은 최고재무책임자가 사임 의사를 번복했다."),
        ("zh-Hans", "OpenAI首席财务官王小红撤回辞呈，将继续留任。"),
        ("zh-Hans", "OpenAI首席财务官王小红收回辞职申请。"),
        ("zh-Hant", "OpenAI財務長王小紅撤回辭呈，將繼續留任。"),
        ("zh-Hant", "OpenAI財務長王小紅打消辭意。"),
        ("en", "The board of OpenAI refused the resignation of Sara Lind."),
        ("de", "Der Aufsichtsrat von OpenAI lehnte den Rücktritt von Sara Lind ab."),
    ],
)  # fmt: skip
def test_a_resignation_that_is_taken_back_is_denied(lang: str, text: str) -> None:
    assert [m for m in find(text, lang) if m.kind == "departure" and m.status != "denied"] == []


@pytest.mark.parametrize(
    ("lang", "text", "person", "status"),
    [
        ("en", "Sara Lind withdrew from the race after her resignation from OpenAI.", "Sara Lind", "announced"),
        ("en", "Sara Lind may withdraw her resignation from OpenAI.", "Sara Lind", "rumoured"),
        ("en", "Sara Lind left OpenAI, while Jane Fox withdrew her resignation.", "Sara Lind", "announced"),
        ("de", "Nach ihrem Rücktritt bei OpenAI hat sich Sara Lind zurückgezogen.", "Sara Lind", "announced"),
        ("ar", "سحب البرلمان الثقة منه قبل استقالته، وغادر سامي حداد شركة OpenAI.", "سامي حداد", "announced"),
        (
            "en",
            "Sara Lind has left OpenAI, the company said. Last year she had withdrawn her resignation.",
            "Sara Lind",
            "announced",
        ),
    ],
)  # fmt: skip
def test_what_else_is_withdrawn_undoes_no_departure(lang: str, text: str, person: str, status: str) -> None:
    assert [m.status for m in find(text, lang) if m.person == person] == [status]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Sara Lind will resign as chief executive of OpenAI if shareholders reject the merger."),
        ("en", "Jane Fox will resign as chief executive of OpenAI if shareholders reject the merger, she said."),
        ("en", "If shareholders reject the merger, Jane Fox will resign as chief executive of OpenAI."),
        ("de", "Sara Lind wird OpenAI verlassen, falls die Aktionäre die Fusion ablehnen."),
        ("fr", "Sara Lind quittera OpenAI si les actionnaires rejettent la fusion."),
        ("es", "Sara Lind dejará OpenAI si los accionistas rechazan la fusión."),
        ("it", "Sara Lind lascerà OpenAI se gli azionisti respingono la fusione."),
        ("pt", "Sara Lind deixará a OpenAI caso os acionistas rejeitem a fusão."),
        ("nl", "Sara Lind vertrekt bij OpenAI indien de aandeelhouders de fusie verwerpen."),
        ("pl", "Sara Lind odejdzie z OpenAI, jeśli akcjonariusze odrzucą fuzję."),
        ("ru", "Анна Лисицына покинет OpenAI, если акционеры отклонят слияние."),
        ("uk", "Ганна Лисенко залишить OpenAI, якщо акціонери відхилять злиття."),
        ("tr", "Hissedarlar birleşmeyi reddederse Zeynep Tilki OpenAI'dan istifa edecek."),
        ("vi", "Bà Trần Thị Hồng sẽ từ chức tại OpenAI nếu cổ đông bác bỏ thương vụ."),
        ("id", "Sari Wulandari akan mundur dari OpenAI jika pemegang saham menolak merger."),
        ("ar", "ستغادر ليلى حداد شركة OpenAI إذا رفض المساهمون الاندماج."),
        ("hi", "अगर शेयरधारकों ने विलय खारिज किया तो प्रिया शर्मा ओपनएआई से इस्तीफा देंगी।"),
        ("th", "สมหญิง ใจดี จะลาออกจาก OpenAI หากผู้ถือหุ้นปฏิเสธการควบรวม"),
        ("ja", "株主が合併を否決した場合、佐藤花子氏はOpenAIを退社する。"),
        ("ko", "주주들이 합병을 거부할 경우 김지은 수석과학자는 오픈AI를 떠난다."),
        ("zh-Hans", "如果股东否决合并，王小红将离开OpenAI。"),
        ("zh-Hant", "若股東否決合併，王小紅將離開OpenAI。"),
    ],
)  # fmt: skip
def test_a_condition_is_neither_a_fact_nor_a_denial(lang: str, text: str) -> None:
    assert {m.status for m in find(text, lang)} <= {"reported", "rumoured"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Sara Lind denied that she was leaving OpenAI if the merger fails.", "denied"),
        ("Sara Lind, who left OpenAI in May, asked if anybody had noticed.", "announced"),
    ],
)
def test_a_condition_of_something_else_changes_nothing(text: str, status: str) -> None:
    assert [m.status for m in find(text)] == [status]


@pytest.mark.parametrize(
    ("lang", "text", "people"),
    [
        (
            "en",
            "John Smith and Mary Jones left OpenAI to join Google and Meta, respectively.",
            ["John Smith", "Mary Jones"],
        ),
        (
            "zh-Hant",
            "周明遠與李思琪已從OpenAI離職，分別加入Google與Meta。",
            ["周明遠", "李思琪"],
        ),
        (
            "ja",
            "西岡真一氏と高橋由美氏はOpenAIを退社し、それぞれグーグルとメタに移籍した。",
            ["西岡真一", "高橋由美"],
        ),
        (
            "ko",
            "김민수와 이지은은 오픈AI를 떠나 각각 구글과 메타로 자리를 옮겼다.",
            ["김민수", "이지은"],
        ),
        (
            "pt",
            "João Silva e Maria Costa deixaram a OpenAI para se juntar à Google e à Meta, respectivamente.",
            ["João Silva", "Maria Costa"],
        ),
        (
            "de",
            "Anna Weber und Karl Braun verlassen OpenAI und wechseln zu Google beziehungsweise Meta.",
            ["Anna Weber", "Karl Braun"],
        ),
        (
            "th",
            "สมชาย ใจดี และ สมหญิง รักเรียน ลาออกจาก OpenAI เพื่อไปร่วมงานกับ Google และ Meta ตามลำดับ",
            ["สมชาย ใจดี", "สมหญิง รักเรียน"],
        ),
        (
            "vi",
            "Nguyễn Văn An và Trần Thị Bình rời OpenAI, lần lượt gia nhập Google và Meta.",
            ["Nguyễn Văn An", "Trần Thị Bình"],
        ),
        (
            "tr",
            "Ahmet Yılmaz ve Ayşe Demir OpenAI'den ayrılarak sırasıyla Google ve Meta'ya geçti.",
            ["Ahmet Yılmaz", "Ayşe Demir"],
        ),
        (
            "ru",
            "Иван Петров и Анна Смирнова ушли из OpenAI в Google и Meta соответственно.",
            ["Иван Петров", "Анна Смирнова"],
        ),
        (
            "id",
            "Budi Santoso dan Siti Rahma meninggalkan OpenAI untuk bergabung masing-masing dengan Google dan Meta.",
            ["Budi Santoso", "Siti Rahma"],
        ),
        (
            "hi",
            "राहुल शर्मा और नेहा वर्मा ने OpenAI छोड़कर क्रमशः Google और Meta में नौकरी शुरू की।",
            ["राहुल शर्मा", "नेहा वर्मा"],
        ),
    ],
)
def test_two_lists_are_paired_by_their_order(lang: str, text: str, people: list[str]) -> None:
    moves = [m for m in find(text, lang) if m.kind == "departure"]
    assert {m.person: m.to_org for m in moves} == dict(zip(people, ["Google", "Meta"], strict=True))
    assert {m.from_org for m in moves} == {"OpenAI"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("John Smith and Mary Jones resigned from Google and Meta respectively.", ["Google", "Meta"]),
        ("John Smith and Mary Jones left OpenAI, where they built search and speech respectively.", ["OpenAI"] * 2),
    ],
)
def test_a_list_that_pairs_says_what_is_left_only_where_it_names_firms(text: str, left: list[str]) -> None:
    assert [m.from_org for m in sorted(find(text), key=lambda m: m.person)] == left


@pytest.mark.parametrize("words", ["reversing her planned departure", "cancelling her announced exit"])
def test_who_goes_back_on_a_departure_has_none_announced(words: str) -> None:
    text = f"Kara Lind will stay at OpenAI as chief technology officer after all, the company said on Friday, {words}."
    assert [m for m in find(text, "en") if m.kind == "departure" and m.status != "denied"] == []


@pytest.mark.parametrize(
    ("lang", "text", "leavers"),
    [
        ("zh-Hans", "除萨姆·奥特曼和格雷格·布罗克曼外，其余OpenAI联合创始人均已离职。", []),
        ("zh-Hans", "除了林子豪外，李思琪也已从OpenAI离职。", ["林子豪", "李思琪"]),
        ("en", "With the exception of Sam Altman and Greg Brockman, all founders have left OpenAI.", []),
        ("en", "Everyone has left OpenAI except Jane Roe, while Carl Ober resigned in May.", ["Carl Ober"]),
        ("es", "Con la excepción de Ana Pérez, todos los directivos dejaron Telefónica.", []),
        ("de", "Mit Ausnahme von Anna Weber haben alle Gründer OpenAI verlassen.", []),
    ],
)
def test_who_is_excepted_does_not_leave(lang: str, text: str, leavers: list[str]) -> None:
    assert sorted(m.person for m in find(text, lang) if m.kind == "departure") == sorted(leavers)


@pytest.mark.parametrize(
    ("lang", "text", "person", "firm"),
    [
        ("zh-Hans", "王凯发微博宣布从央视辞职。", "王凯", "CCTV"),
        ("tr", "Gaziantep FK'da İsmet Taşdemir istifa etti.", "İsmet Taşdemir", "Gaziantep FK"),
        ("ru", "Бывший канцлер ФРГ Герхард Шредер покинул совет директоров Роснефти.", "Герхард Шредер", "Rosneft"),
        ("de", "Der Chef des Anlagenbauers Gea, Jürg Oleas, tritt zurück.", "Jürg Oleas", "Gea"),
        ("id", "Rokidi mengundurkan diri dari jabatan Direktur Utama Bank Kalbar.", "Rokidi", "Bank Kalbar"),
        ("hi", "रवीश कुमार ने एनडीटीवी से इस्तीफा दे दिया।", "रवीश कुमार", "NDTV"),
        ("ar", "استقال طوني خليفة من قناة الجديد.", "طوني خليفة", "قناة الجديد"),
    ],
)
def test_a_name_ends_where_the_encoder_sees_it_whole(lang: str, text: str, person: str, firm: str) -> None:
    assert [(m.person, m.from_org) for m in find(text, lang) if m.kind == "departure"] == [(person, firm)]


@pytest.mark.parametrize(
    "text",
    ["Jane Roe left her laptop at the OpenAI office on Monday.", "Jane Roe left the room at OpenAI on Monday."],
)
def test_who_leaves_a_thing_or_a_room_has_left_no_firm(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("lang", "text", "person", "club"),
    [
        ("fr", "L'entraîneur Rolland Courbis quitte Montpellier, a annoncé le club.", "Rolland Courbis", "Montpellier"),
        ("es", "El técnico Albert Celades deja el Valencia tras la derrota.", "Albert Celades", "Valencia"),
        ("pt", "O técnico Ney Franco não é mais treinador do Goiás, informou o clube.", "Ney Franco", "Goiás"),
        ("it", "L'allenatore Marco Baroni lascia il Verona, ha annunciato il club.", "Marco Baroni", "Verona"),
        ("uk", "Тренер луцької «Волині» Василь Сачко залишив клуб.", "Василь Сачко", "Волині"),
    ],
)
def test_a_club_is_called_by_its_town(lang: str, text: str, person: str, club: str) -> None:
    assert [(m.person, m.from_org) for m in find(text, lang)] == [(person, club)]


@pytest.mark.parametrize(
    ("lang", "text", "person", "firm"),
    [
        ("fr", "Le directeur de l'usine de Grenoble, Paul Martin, quitte Renault.", "Paul Martin", "Renault"),
        ("es", "La directora Ana Ruiz deja Telefónica y se muda a Valencia.", "Ana Ruiz", "Telefonica"),
    ],
)
def test_a_town_is_none_all_the_same(lang: str, text: str, person: str, firm: str) -> None:
    assert [(m.person, fold_name(m.from_org or ""), m.to_org) for m in find(text, lang)] == [
        (person, fold_name(firm), None)
    ]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Alun Prys, general secretary of the Dock Workers' Union, left the WhatsApp group on Sunday."),
        ("tr", "Beykent Ayakkabı'dan Mahmut Erciyas mahallenin WhatsApp grubundan ayrıldı."),
        ("ru", "Бухгалтер «Уюта» Алевтина Дробот вышла из домового чата после спора."),
        ("ja", "北灘信金の黒木隼さんは町内会のLINEグループを抜けた。"),
        ("pl", "Sołtyska Teresa Małek z Orlenu opuściła grupę na Messengerze."),
        ("zh-Hans", "腾讯产品经理李明退出了公司的微信群。"),
        ("ko", "네이버 김지훈 팀장이 단톡방을 나갔다."),
    ],
)
def test_who_leaves_a_chat_has_left_no_firm(lang: str, text: str) -> None:
    assert find(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Peter Deng, who joined from Meta in 2023, has left OpenAI."),
        ("es", "Peter Deng, que llegó procedente de Meta en 2023, dejó OpenAI."),
        ("de", "Peter Deng, der 2023 von Meta gekommen war, verlässt OpenAI."),
        ("fr", "Peter Deng, arrivé de Meta en 2023, quitte OpenAI."),
        ("it", "Ha lasciato OpenAI anche Peter Deng, arrivato da Meta l'anno prima."),
        ("id", "Peter Deng, yang datang dari Meta pada 2023, meninggalkan OpenAI."),
        ("ja", "2023年にメタから加わったピーター・デン氏がOpenAIを退社した。"),
        ("zh-Hans", "2023年从Meta加入OpenAI的彼得·邓已经离职。"),
        ("zh-Hant", "2023年自Meta轉任的彼得·鄧離開OpenAI。"),
    ],
)
def test_where_somebody_had_come_from_is_neither_left_nor_reached(lang: str, text: str) -> None:
    assert [(m.from_org, m.to_org) for m in find(text, lang) if m.kind == "departure"] == [("OpenAI", None)]


@pytest.mark.parametrize(
    "text",
    [
        "한빛테크가 위르겐 하우프만 사장을 해임했다. 하우프만은 3년 동안 회사를 이끌었다.",
        "한빛테크는 위르겐 하우프만이 회사를 떠난다고 밝혔다. 하우프만 사장은 소감을 내지 않았다.",
    ],
)
def test_a_korean_name_that_ends_like_a_particle_is_whole(text: str) -> None:
    assert [(m.kind, m.person, m.from_org) for m in find(text, "ko")] == [("departure", "위르겐 하우프만", "한빛테크")]


def test_a_legal_form_before_the_name_is_among_its_aliases() -> None:
    [move] = find("株式会社ミナトロジクスは、代表取締役社長の鷲尾圭介が辞任すると発表した。", "ja")
    assert move.from_org == "ミナトロジクス"
    assert move.from_aliases == ("ミナトロジクス", "株式会社ミナトロジクス")


@pytest.mark.parametrize("name", ["貢r間", "r間", "shù"])
def test_a_broken_word_is_nobody(name: str) -> None:
    text = f"技術長{name}已離開聲岸科技。"
    assert [m.person for m in find(text, "zh-Hant") if name in (m.person, *m.person_aliases)] == []


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        ("Председатель Центробанка Турции Хафизе Эркан подала в отставку.", "Центробанка Турции"),
        ("Зампред Центробанка Алла Бухарина подала в отставку.", "Bank of Russia"),
        ("Зампред ЦБ России Алла Бухарина подала в отставку.", "Bank of Russia"),
    ],
)
def test_the_central_bank_of_another_country_is_not_ours(text: str, firm: str) -> None:
    assert [m.from_org for m in find(text, "ru")] == [firm]
