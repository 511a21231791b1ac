"""The operations of `local/canvas`; the README lists them."""

from __future__ import annotations

from collections.abc import Mapping

from core.providers.local.canvas.edits.operation import (
    COLOUR,
    NUMBER,
    QUOTED,
    Arguments,
    Operation,
    colour_code,
    pattern,
    simple,
    strength,
)

Groups = Mapping[str, str]
LARGEST_SIDE = 4096


def whole_crop(groups: Groups) -> Arguments:
    if groups.get("side"):
        return {"shape": f"{groups['side'].lower()} half"}
    if groups.get("share"):
        return {"shape": f"{min(float(groups['share']), 45):g}%"}
    if groups.get("across"):
        return {"shape": f"{groups['across']}:{groups['down']}"}
    if groups.get("wide"):
        return {"shape": f"{groups['wide']}x{groups['high']}"}
    return {"shape": "circle" if (groups.get("shape") or "").lower() in ("circle", "round") else "square"}


CROP = Operation(
    "crop",
    "crop to 16:9",
    pattern(
        r"crop(?: it)?(?: out)?(?: to| the| by)?(?: an?| the)?(?: centre| center| middle)?(?: (?:"
        r"(?P<wide>\d{2,4}) ?[x×] ?(?P<high>\d{2,4})|(?P<across>\d{1,2}):(?P<down>\d{1,2})|"
        rf"(?P<share>{NUMBER}) ?(?:%|percent)|(?P<side>left|right|top|upper|bottom|lower) half|"
        r"(?P<shape>square|circle|round)))?(?!\w)"
    ),
    whole_crop,
    lambda given: f"crop to {given['shape']}",
    moves=lambda _: True,
)


def turn(groups: Groups) -> Arguments:
    way = (groups.get("way") or "").lower()
    angle = float(groups["angle"]) if groups.get("angle") else (180.0 if "upside" in way else 90.0)
    back = way.startswith(("counter", "anti", "left", "ccw"))
    return {"angle": (-angle if back else angle) % 360}


ROTATE = Operation(
    "rotate",
    "rotate 90",
    pattern(
        rf"(?:rotate|turn)(?: it)?(?: by| to(?: the)?)?(?: (?P<angle>{NUMBER}) ?(?:°|degrees?"
        rf"|deg)?)?(?: to the)?"
        r"(?: (?P<way>counter-?clockwise|anti-?clockwise|ccw|clockwise|cw|left|right|upside down))?(?!\w)"
    ),
    turn,
    lambda given: f"rotate {given['angle']:g}",
    moves=lambda given: given["angle"] % 180 != 0,
)

FLIP = Operation(
    "flip",
    "flip horizontally",
    pattern(
        r"(?:flip|mirror(?:ed)?)(?: it)?(?: along)?(?: (?P<way>horizontal(?:ly)?|vertical(?:ly)?"
        r"|left to right|upside down|"
        r"top to bottom))?(?!\w)"
    ),
    lambda groups: {"down": (groups.get("way") or "").lower().startswith(("vert", "upside", "top"))},
    lambda given: "flip vertically" if given["down"] else "flip horizontally",
)


def new_size(groups: Groups) -> Arguments:
    if groups.get("wide"):
        return {"size": [min(int(groups["wide"]), LARGEST_SIDE), min(int(groups["high"]), LARGEST_SIDE)]}
    if groups.get("side"):
        side = min(int(groups["side"]), LARGEST_SIDE)
        return {"size": [None, side] if groups["edge"].lower().startswith(("h", "tall")) else [side, None]}
    if groups.get("share"):
        return {"share": float(groups["share"]) / 100}
    word = (groups.get("word") or "").lower()
    return {"share": {"double": 2.0, "half": 0.5, "halve": 0.5, "enlarge": 1.5}.get(word.split(" ")[0], 0.5)}


def told_size(given: Arguments) -> str:
    if "share" in given:
        return f"resize to {given['share'] * 100:g}%"
    wide, high = given["size"]
    return (
        f"resize to {wide}x{high}"
        if wide and high
        else f"resize to {wide or high} px {'high' if high else 'wide'}"
    )


RESIZE = Operation(
    "resize",
    "resize to 800x600",
    pattern(
        r"(?:(?:resize|scale|enlarge|shrink|reduce)(?: it)?(?: down| up)?(?: to| by)? "
        r"(?:(?P<wide>\d{2,4}) ?[x×] ?(?P<high>\d{2,4})|"
        rf"(?P<side>\d{{2,4}}) ?(?:px|pixels?)? (?P<edge>wide|in width|high|tall|in height)"
        rf"|(?P<share>{NUMBER}) ?(?:%|percent))|"
        r"(?P<word>double(?: the)?(?: size)?|half(?: the)? size|halve(?: the)?(?: size)?|enlarge"
        r"|shrink))(?: it)?(?!\w)"
    ),
    new_size,
    told_size,
    moves=lambda _: True,
)


def change(name: str, up: str, down: str) -> Operation:
    """More or less of something, in percent; 30 where there is no number."""
    nouns = {"brightness": "brightness", "contrast": "contrast", "saturation": "saturation|colou?r"}[name]
    asked = pattern(
        rf"(?:(?P<up>(?:increase|raise|boost|more|higher)(?: the)? (?:{nouns})|{up})|"
        rf"(?P<down>(?:decrease|lower|reduce|less)(?: the)? (?:{nouns})|{down})|(?:{nouns}))(?: it)?"
        rf"(?: ?(?:by |to )?(?P<sign>[-+−])? ?(?P<number>{NUMBER}) ?(?:%|percent)?| (?P<bit>a "
        rf"(?:little|bit)|slightly))?(?!\w)"
    )

    def read(groups: Groups) -> Arguments:
        usual = 12.0 if groups.get("bit") else 30.0
        number = min(float(groups["number"]), 100.0) if groups.get("number") else usual
        less = groups.get("down") or groups.get("sign") in ("-", "−")
        return {"amount": -number if less else number}

    return Operation(name, f"{name} +20%", asked, read, lambda given: f"{name} {given['amount']:+g}%")


DUOTONE = Operation(
    "duotone",
    "duotone navy and gold",
    pattern(
        rf"duotone(?: in| of| with)? (?P<dark>{COLOUR})(?: ?,| and| to| with)? ?(?P<light>{COLOUR})(?!\w)"
    ),
    lambda groups: {"dark": colour_code(groups["dark"]), "light": colour_code(groups["light"])},
    lambda given: f"duotone {given['dark']} and {given['light']}",
)
TINT = Operation(
    "tint",
    "tint teal",
    pattern(
        rf"(?:tint|re-?colou?r|colou?ri[sz]e|toned?)(?: it)?(?: in| to| with)? (?P<colour>{COLOUR})(?!\w)"
    ),
    lambda groups: {"colour": colour_code(groups["colour"])},
    lambda given: f"tint {given['colour']}",
)
RECOLOUR = Operation(
    "recolour",
    "recolour red to blue",
    pattern(
        rf"(?:re-?colou?r|change|turn|replace)(?: the)? (?P<old>{COLOUR})(?: colou?r)?(?: to| into"
        rf"| with| by) (?P<new>{COLOUR})(?!\w)"
    ),
    lambda groups: {"old": colour_code(groups["old"]), "new": colour_code(groups["new"])},
    lambda given: f"recolour {given['old']} to {given['new']}",
)
HUE = Operation(
    "hue",
    "hue 90",
    pattern(
        rf"(?:shift |rotate |change )?(?:the )?hues?(?: shift)?"
        rf"(?: by)? (?P<sign>[-+−])?(?P<angle>{NUMBER}) ?(?:°|degrees?)?(?!\w)"
    ),
    lambda groups: {"angle": float(groups["angle"]) * (-1 if groups.get("sign") in ("-", "−") else 1) % 360},
    lambda given: f"hue {given['angle']:g}",
)


def ground(groups: Groups) -> Arguments:
    colour = groups.get("colour") or groups.get("first")
    return {"colour": colour_code(colour) if colour and colour.lower() != "transparent" else ""}


BACKGROUND = Operation(
    "background",
    "replace the background with white",
    pattern(
        rf"(?:(?:remove|erase|delete|cut out|drop)(?: the)? background|(?:replace|change|make|set"
        rf"|turn|fill)(?: the)? background"
        rf"(?: ?=| to| with| by| into| be)? (?P<colour>transparent|{COLOUR})|(?:on )?"
        rf"(?:an? )?(?P<first>transparent|{COLOUR}) background|"
        rf"background(?: to| in)? (?P<other>transparent|{COLOUR}))(?!\w)"
    ),
    lambda groups: ground({**groups, "colour": groups.get("colour") or groups.get("other") or ""}),
    lambda given: (
        f"replace the background with {given['colour']}" if given["colour"] else "remove the background"
    ),
)
CAPTION = Operation(
    "caption",
    "caption “Hello” at the top",
    pattern(
        r"(?:write|caption|title|text|words?)(?: it)?(?: the)?(?: words?| text)?(?: with| that says"
        r"| saying| reading| of)? ?:? ?"
        + QUOTED
        + rf"(?: (?:at|on|in)(?: the)? (?P<place>top|bottom|centre|center|middle))?"
        rf"(?: in (?P<colour>{COLOUR}))?"
    ),
    lambda groups: {
        "text": groups["text"],
        "place": {"center": "centre", "middle": "centre"}.get(
            (groups.get("place") or "bottom").lower(), (groups.get("place") or "bottom").lower()
        ),
        "colour": colour_code(groups["colour"]) if groups.get("colour") else "",
    },
    lambda given: (
        f"caption “{given['text']}” at the {given['place']}"
        + (f" in {given['colour']}" if given["colour"] else "")
    ),
)
FRAME = Operation(
    "frame",
    "frame white 5%",
    pattern(
        rf"(?:(?P<first>{COLOUR}) )?(?:frame|border)(?: it)?(?: of| in| with)?"
        rf"(?: (?P<colour>{COLOUR}))?(?: ?(?:of )?(?P<share>{NUMBER}) ?(?:%|percent))?(?!\w)"
    ),
    lambda groups: {
        "colour": colour_code(groups.get("colour") or groups.get("first") or "white"),
        "share": min(float(groups["share"]), 40.0) if groups.get("share") else 4.0,
    },
    lambda given: f"frame {given['colour']} {given['share']:g}%",
)
REMOVE = Operation(
    "remove",
    "remove the selected area",
    pattern(
        r"(?:remove|erase|delete|heal|inpaint|clean up|fill in|retouch)(?:(?: the| this| that"
        r"| these| those| an?)?"
        r"(?: (?!and\b|then\b)[^\W\d]+){1,3}|(?= ?$)| it)"
    ),
    lambda _: {},
    lambda _: "remove the selected area",
    needs="mask",
)
FILL = Operation(
    "fill",
    "fill with coral",
    pattern(
        rf"(?:fill|paint|colou?r)(?: it| in)?(?: the (?:area|selection|selected area|mask"
        rf"(?:ed area)?))?(?: with| in)? (?P<colour>{COLOUR})(?!\w)"
    ),
    lambda groups: {"colour": colour_code(groups["colour"])},
    lambda given: f"fill with {given['colour']}",
)


def combine(name: str, words: str) -> Operation:
    return Operation(
        name,
        name,
        pattern(rf"(?:{words})(?!\w)"),
        lambda _: {},
        lambda _: name,
        moves=lambda _: True,
        needs="images",
    )


BLEND = Operation(
    "blend",
    "blend 50%",
    pattern(
        rf"(?:blend|overlay|superimpose|mix|merge)(?: them| both| these)?(?: together)?(?: (?:by "
        rf"|at )?(?P<share>{NUMBER}) ?(?:%|percent))?(?!\w)"
    ),
    lambda groups: {"share": min(float(groups["share"]), 100.0) if groups.get("share") else 50.0},
    lambda given: f"blend {given['share']:g}%",
    moves=lambda _: False,
    needs="images",
)

OPERATIONS = (
    CROP,
    ROTATE,
    FLIP,
    RESIZE,
    strength("blur", "blur(?:red|ry)?(?: the)?(?: image| picture| photo)?", (3, 8, 20)),
    strength("sharpen", "sharp(?:en|er)?(?: the)?(?: image| picture| photo)?", (60, 90, 100)),
    strength("pixelate", "pixel(?:ate|ated|late|lated|s)?|mosaic", (8, 16, 32)),
    simple("grayscale", "black (?:and|&) white|gr[ae]y ?scale|monochrome|desaturate(?:d)?|b ?& ?w"),
    simple("sepia", "sepia(?: tone(?:d)?)?"),
    simple("invert", "invert(?:ed)?(?: the)?(?: colou?rs)?|negative"),
    change("brightness", "brighten|brighter|lighten|lighter", "darken|darker|dim"),
    change("contrast", "contrasty", "flatten|softer contrast"),
    change(
        "saturation",
        "saturated?|more saturated|more vivid|more colou?rful",
        "less saturated|muted|mute|faded?",
    ),
    DUOTONE,
    RECOLOUR,
    TINT,
    HUE,
    simple("posterize", "posteri[sz]ed?"),
    simple("enhance", "enhance|auto(?:matic)? ?(?:levels|contrast)|improve"),
    simple("vignette", "vignette"),
    simple("kaleidoscope", "kaleidoscop(?:e|ic)"),
    simple("halftone", "half-?tone"),
    BACKGROUND,
    CAPTION,
    FRAME,
    simple("round corners", "round(?:ed)?(?: the| off the)? corners"),
    FILL,
    REMOVE,
    combine("collage", "collage|grid|contact sheet|combine(?: them| these)?"),
    combine("side by side", "(?:put (?:them )?)?side by side|next to each other"),
    combine("stack", "stack(?:ed|ing)?(?: them)?|one above the other|on top of each other"),
    BLEND,
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
