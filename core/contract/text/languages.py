"""Languages by code and by English name, as speech models know them."""

from __future__ import annotations


def table(lines: str) -> dict[str, str]:
    return dict(pair.replace("_", " ").split(":") for pair in lines.split())


NAMES = table("""
af:afrikaans am:amharic ar:arabic as:assamese az:azerbaijani ba:bashkir be:belarusian bg:bulgarian
bn:bengali bo:tibetan br:breton bs:bosnian ca:catalan cs:czech cy:welsh da:danish de:german el:greek
en:english eo:esperanto es:spanish et:estonian eu:basque fa:persian fi:finnish fo:faroese fr:french
fy:frisian ga:irish gd:gaelic gl:galician gn:guarani gu:gujarati ha:hausa haw:hawaiian he:hebrew
hi:hindi hr:croatian ht:haitian_creole hu:hungarian hy:armenian ia:interlingua id:indonesian ig:igbo
is:icelandic it:italian ja:japanese jv:javanese ka:georgian kk:kazakh km:khmer kn:kannada ko:korean
ku:kurdish ky:kyrgyz la:latin lb:luxembourgish lg:ganda ln:lingala lo:lao lt:lithuanian lv:latvian
mg:malagasy mi:maori mk:macedonian ml:malayalam mn:mongolian mr:marathi ms:malay mt:maltese my:myanmar
nb:bokmal ne:nepali nl:dutch nn:nynorsk no:norwegian ny:nyanja oc:occitan or:odia pa:punjabi pl:polish
ps:pashto pt:portuguese qu:quechua ro:romanian ru:russian rw:kinyarwanda sa:sanskrit sd:sindhi
si:sinhala sk:slovak sl:slovenian sn:shona so:somali sq:albanian sr:serbian su:sundanese sv:swedish
sw:swahili ta:tamil te:telugu tg:tajik th:thai tk:turkmen tl:tagalog tr:turkish tt:tatar ug:uyghur
uk:ukrainian ur:urdu uz:uzbek vi:vietnamese wo:wolof xh:xhosa yi:yiddish yo:yoruba yue:cantonese
zh:chinese zu:zulu ast:asturian ceb:cebuano ckb:central_kurdish fil:filipino ff:fulah kab:kabyle
kea:kabuverdianu luo:luo mai:maithili umb:umbundu
""")
"""English names by primary code."""

ALIASES = table("""
burmese:my valencian:ca flemish:nl haitian:ht letzeburgesch:lb pushto:ps panjabi:pa moldavian:ro
moldovan:ro sinhalese:si castilian:es mandarin:zh farsi:fa bangla:bn oriya:or kirghiz:ky uighur:ug
chichewa:ny jw:jv iw:he in:id ji:yi mo:ro sh:sr norwegian_nynorsk:nn norwegian_bokmål:nb arb:ar azj:az
ekk:et khk:mn lvs:lv npi:ne ory:or pbt:ps pes:fa plt:mg swh:sw uzn:uz ydd:yi zsm:ms
afr:af amh:am ara:ar asm:as aze:az bak:ba bel:be
bul:bg ben:bn bod:bo bre:br bos:bs cat:ca ces:cs cze:cs cym:cy wel:cy dan:da deu:de ger:de ell:el gre:el
eng:en epo:eo spa:es est:et eus:eu baq:eu fas:fa per:fa fin:fi fao:fo fra:fr fre:fr fry:fy gle:ga gla:gd
glg:gl grn:gn guj:gu hau:ha heb:he hin:hi hrv:hr hat:ht hun:hu hye:hy arm:hy ina:ia ind:id ibo:ig isl:is
ice:is ita:it jpn:ja jav:jv kat:ka geo:ka kaz:kk khm:km kan:kn kor:ko kur:ku kir:ky lat:la ltz:lb lug:lg
lin:ln lao:lo lit:lt lav:lv mlg:mg mri:mi mao:mi mkd:mk mac:mk mal:ml mon:mn mar:mr msa:ms may:ms mlt:mt
mya:my bur:my nob:nb nep:ne nld:nl dut:nl nno:nn nor:no nya:ny oci:oc ori:or pan:pa pol:pl pus:ps por:pt
que:qu ron:ro rum:ro rus:ru kin:rw san:sa snd:sd sin:si slk:sk slo:sk slv:sl sna:sn som:so sqi:sq alb:sq
srp:sr sun:su swe:sv swa:sw tam:ta tel:te tgk:tg tha:th tuk:tk tgl:tl tur:tr tat:tt uig:ug ukr:uk urd:ur
uzb:uz vie:vi wol:wo xho:xh yid:yi yor:yo zho:zh chi:zh cmn:zh zul:zu ful:ff
""")
"""Three-letter codes, old codes, codes of the chief member of a group of languages, and other names."""

DETECTION = frozenset({"", "auto", "detect", "mul", "multi", "und"})
"""What stands in place of a language where the model is to find it out: in Whisper's servers, at Deepgram, in
ISO 639-2."""

CODES = {**{name: code for code, name in NAMES.items()}, **ALIASES, **{code: code for code in NAMES}}
LONGEST = 40


def is_detection(language: str) -> bool:
    """Whether the word asks the model to find the language out, as `auto` does."""
    return language.strip().casefold() in DETECTION


def primary(language: str) -> str | None:
    """The primary code of a code, a BCP-47 tag or an English name; None where it is none of them.

    `pt-BR` is `pt`, `eng` is `en`, `English` is `en`.
    """
    wanted = language.strip().casefold()[:LONGEST]
    return CODES.get(wanted) or CODES.get(wanted.replace("_", "-").partition("-")[0])


def english_name(code: str) -> str:
    """The name in lower case, `english` for `en`; an unknown code is returned unchanged."""
    return NAMES.get(primary(code) or "", code)
