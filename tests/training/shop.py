"""An archive with two granted series, one public dedication and a snapshot of all three."""

from __future__ import annotations

from okuzuke.core.ids import Entry
from okuzuke.datasets.desk import Frozen
from okuzuke.registry import drafts
from okuzuke.registry.decision import Basis
from okuzuke.registry.drafts import Names, Signer
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from scene import DAWN, Scene


def snapshot_in(scene: Scene, works: int = 5) -> Frozen:
    """Register, grant, find, screen and freeze; a sheet for the first holder, none for the second."""
    for at, name in enumerate(("だるま", "こけし")):
        scene.granted_series(name, works, first=at * works)
    operator = Signer(scene.operator, Capacity.OPERATOR)
    draft = drafts.series(operator, Names("公共の絵"), "Public pictures", "CC0", [scene.operator])
    series: Entry = scene.say(draft).entry
    pictures = scene.pictures("public", works, first=2 * works)
    scene.archive.registry.register(pictures, series, operator, scene.keys[scene.operator], published=True)
    deed = scene.archive.blobs.put(b"CC0 1.0 Universal")
    url = "https://source.example/public"
    scene.say(drafts.dedication(scene.operator, scene.known, series, url, url, DAWN, [deed]))
    scene.archive.screening.run()
    return scene.archive.datasets.snapshot(Use.TRAIN, [Basis.GRANT, Basis.DEDICATION])
