"""The sets that show no people: figurines, flowerpots, hillsides and robots."""

from __future__ import annotations

from collections.abc import Mapping

from okuzuke.demo.sets.axes import GROUNDS, LEANS, Axis, DedicatedSet, colours, corners, framings, parts, poses

_FIGURINES = DedicatedSet(
    style="clay",
    noun="figurine",
    axes=(
        parts(
            "body",
            "pear boulder loaf column stack gumdrop dollop slug egg blob bell cube squat lean",
            "{}-shaped",
            squat="squat",
            lean="slanting",
        ),
        LEANS,
        framings(-2, 1.12),
        GROUNDS,
        colours(
            "body",
            "{} figure",
            {
                "terracotta": "#c4795c",
                "salmon": "#d99277",
                "straw": "#e0bd6a",
                "moss": "#8ba06b",
                "teal": "#83b0a4",
                "blue": "#86a5c3",
                "purple": "#9793bd",
                "rose": "#cd8ea6",
            },
        ),
        parts(
            "top",
            "horns nub curl spikes antenna loop peak ears crest swirl pellet hornsSmall tuft",
            "{} on top",
            without="bare head",
            hornsSmall="small horns on top",
        ),
        parts(
            "pattern",
            "spiral prints pellets buttons stitches patch coil freckles checker zig",
            "{} pattern",
            without="no pattern",
            zig="zigzag pattern",
        ),
        parts(
            "eyes",
            "googly even big tiny mono trio side outward inward dots happy wink down up pinprick",
            "{} eyes",
            mono="one eye",
            trio="three eyes",
            dots="dot eyes",
            wink="winking",
            down="looking down",
            up="looking up",
            side="looking aside",
        ),
        parts(
            "mouth",
            "teeth smile o frown line wavy open toothy tongue pout grin smirk zigzag dot laugh cat smileBig uu "
            "openSmall smileTongue",
            "{} mouth",
            teeth="showing teeth",
            smile="smiling",
            o="round mouth",
            frown="frowning",
            line="straight mouth",
            tongue="tongue out",
            pout="pouting",
            grin="grinning",
            smirk="smirking",
            dot="tiny mouth",
            laugh="laughing",
            smileBig="big smile",
            uu="curly mouth",
            openSmall="half open mouth",
            smileTongue="smiling with tongue out",
        ),
    ),
    fixed={"accentColor": "#b3a696"},
)

_FLOWERPOTS = DedicatedSet(
    style="sprouts",
    noun="flowerpot",
    axes=(
        parts(
            "plant",
            "sprout seedling cactus ball succulent bush tall flower tulip palm grass buds",
            "{}",
            ball="ball of leaves",
            tall="tall plant",
        ),
        LEANS,
        framings(-10, 1.0),
        GROUNDS,
        parts(
            "pot",
            "taper cylinder bowl tub round bag rim",
            "{} pot",
            taper="tapered pot",
            cylinder="straight pot",
            rim="rimmed pot",
        ),
        colours(
            "pot",
            "{} glaze",
            {
                "sky blue": "#7dd3fc",
                "lavender": "#c4b5fd",
                "coral": "#fda4af",
                "apricot": "#fdba74",
                "lemon": "#fcd34d",
                "lime": "#bef264",
                "mint": "#6ee7b9",
                "grey": "#e2e8f0",
            },
        ),
        colours("plant", "{} leaves", {"fresh green": "#4ade80", "mint green": "#6ee7b9", "deep green": "#10b981"}),
        parts("pattern", "band dots stripes chevron speckles ring", "{} on the pot", without="plain pot"),
        parts(
            "eyes",
            "round dots bigPupils sideeye happy closedLine wink sleepy wide close angry",
            "{} eyes",
            dots="dot eyes",
            bigPupils="big eyes",
            sideeye="looking aside",
            closedLine="eyes closed",
            wink="winking",
            close="close-set eyes",
        ),
        parts(
            "mouth",
            "smile tinySmile grin ooh line catMouth tongue open frown wavy tooth",
            "{} mouth",
            smile="smiling",
            tinySmile="tiny smile",
            grin="grinning",
            ooh="round mouth",
            line="straight mouth",
            catMouth="cat mouth",
            tongue="tongue out",
            frown="frowning",
            tooth="one tooth",
        ),
    ),
    fixed={"bloomColor": "#fb7185", "cheeksProbability": 0},
)

_SUNS: Axis = {
    "sun far left": {"seed": "s10"},
    "sun on the left": {"seed": "s3"},
    "setting sun on the left": {"seed": "s18"},
    "sun in the middle": {"seed": "s0"},
    "setting sun in the middle": {"seed": "s38"},
    "sun on the right": {"seed": "s16"},
    "setting sun on the right": {"seed": "s15"},
    "sun far right": {"seed": "s28"},
}
"""The style places sun and hills by its seed; which seed puts them where was seen by drawing some."""

_VIEWS: Axis = {
    "wide view": {"scale": 1, "rotate": 0, "translateX": 0, "translateY": 0},
    "low horizon": {"scale": 1, "rotate": 0, "translateX": 0, "translateY": 20},
    "high horizon": {"scale": 1.1, "rotate": 0, "translateX": 0, "translateY": -6},
    "close view": {"scale": 1.45, "rotate": 0, "translateX": 0, "translateY": 20},
    "looking left": {"scale": 1.4, "rotate": 0, "translateX": 14, "translateY": 14},
    "looking right": {"scale": 1.4, "rotate": 0, "translateX": -14, "translateY": 14},
    "tilted left": {"scale": 1.3, "rotate": -12, "translateX": 0, "translateY": 10},
    "tilted right": {"scale": 1.3, "rotate": 12, "translateX": 0, "translateY": 10},
}

_HILLS = "dunes gentle mesa peak ridge rolling rugged slope"


def _hills(component: str, place: str) -> Axis:
    return parts(
        component,
        _HILLS,
        f"{{}} {place}",
        mesa=f"flat {place}",
        peak=f"steep {place}",
        ridge=f"jagged {place}",
        dunes=f"dune-like {place}",
        slope=f"sloping {place}",
    )


def _palette(sky: str, *hills: str) -> Mapping[str, str]:
    return {"orbColor": sky, **{f"hill{nearness}Color": tone for nearness, tone in enumerate(hills, 1)}}


_HILLSIDES = DedicatedSet(
    style="landscape",
    noun="hillside",
    axes=(
        _SUNS,
        _VIEWS,
        _hills("hill2", "hills"),
        colours(
            "background",
            "{} sky",
            {
                "pale blue": "#d5f0fb",
                "deep blue": "#3f7fb5",
                "night": "#1f2a4d",
                "golden": "#f6c667",
                "pink": "#f7c6c9",
                "mint": "#bfe3d0",
                "violet": "#6d5a9c",
            },
        ),
        {
            "spring green hills": _palette("#f8b734", "#a9d08e", "#7fb069", "#4f8a4f", "#2c5837"),
            "autumn hills": _palette("#f26b3a", "#e8c07a", "#d98e4a", "#b35a32", "#6f3423"),
            "blue hills": _palette("#f9e08b", "#b7d3e8", "#84aed0", "#4f7fab", "#28507a"),
            "snowy hills": _palette("#ffe9a8", "#8fa9c2", "#b3c7d9", "#d7e3ec", "#fbfdff"),
            "desert hills": _palette("#d6452f", "#8c4a36", "#b86a45", "#dd9a63", "#f2cd94"),
            "purple hills": _palette("#ffd27a", "#cdb4db", "#a184bd", "#735695", "#452f66"),
            "tea field hills": _palette("#ef8f3c", "#3d6b4a", "#6c9a55", "#a3c46a", "#d8e59a"),
        },
        _hills("hill1", "far hills"),
        _hills("hill3", "near hills"),
        _hills("hill4", "foreground"),
        parts("orb", "sun ring glow", "{}", sun="full sun", ring="ring-shaped sun", glow="glowing sun"),
    ),
    fixed={},
)

_BLOCKBOTS = DedicatedSet(
    style="voxel-bot",
    noun="block robot",
    axes=(
        parts(
            "top",
            "antenna twin dish fin lightbar studs siren",
            "{} on its head",
            without="nothing on its head",
            twin="two antennas on its head",
            dish="radar dish on its head",
            lightbar="lights on its head",
        ),
        {
            **poses(left="none", right="horizontal"),
            "falling backwards to the right": {"flip": "none", "rotate": 34},
            "falling backwards to the left": {"flip": "horizontal", "rotate": -34},
            "lying to the left": {"flip": "none", "rotate": -90},
            "lying to the right": {"flip": "horizontal", "rotate": 90},
            "standing on its head": {"flip": "none", "rotate": 180},
        },
        {**framings(2, 1.0), **corners(2, 1.0)},
        GROUNDS,
        colours(
            "body",
            "{} robot",
            {
                "white": "#f1f3f5",
                "grey": "#9aa5b1",
                "blue": "#4dabf7",
                "mint": "#63e6be",
                "yellow": "#ffd43b",
                "red": "#f06a5a",
                "violet": "#9d86f0",
                "green": "#51b76a",
            },
        ),
        parts(
            "eyes",
            "round square visor cyclops happy sleepy plus",
            "{} eyes",
            visor="visor",
            cyclops="one eye",
            plus="plus-shaped eyes",
        ),
        parts("mouth", "grill speaker line smile zigzag", "{} mouth", smile="smiling", line="straight mouth"),
        parts("chest", "buttons vents screen heart dial slot", "{} on its chest", without="plain chest"),
        colours("glow", "{} lights", {"cyan": "#3bc9db", "amber": "#ffd43b", "red": "#ff6b6b", "cream": "#fff3bf"}),
    ),
    fixed={"screenColor": "#161a21", "accentColor": "#495057"},
)

THINGS = {
    "set-figurines": _FIGURINES,
    "set-flowerpots": _FLOWERPOTS,
    "set-hillsides": _HILLSIDES,
    "set-blockbots": _BLOCKBOTS,
}
