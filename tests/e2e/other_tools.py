"""other_tools.py write|coco|datumaro FOLDER: Datumaro and pycocotools as independent writers and readers.

write FOLDER: 12 pictures with boxes and polygons of two classes and 6 good ones, written by Datumaro as COCO, YOLO, VOC and CVAT
coco FOLDER, datumaro FOLDER FORMAT: prints every object of a set as they read it, sorted: PICTURE CLASS X Y WIDTH HEIGHT
truth FOLDER: the same of what `write` wrote, so that the outputs can be compared
csv FILE: the same of Lineguard's own CSV
same A B PIXELS: fails where two such lists differ by more
"""
import csv
import os
import sys


def parts():
    """Names with blanks, accents and dots; each with its boxes (class, x, y, width, height)."""
    for i in range(18):
        name = f"part {i:02}" if i % 3 == 0 else f"teil_\u00fc{i:02}" if i % 3 == 1 else f"p.{i:02}.a"
        boxes = [] if i >= 12 else [("scratch", 20 + i, 10, 40, 30)] + ([("dent", 100, 50 + i, 40, 20)] if i % 2 else [])
        yield name, boxes


def line(picture, name, x, y, width, height):
    stem = os.path.splitext(os.path.basename(picture.replace("\\", "/")))[0]
    return f"{stem} {name} {float(x):.1f} {float(y):.1f} {float(width):.1f} {float(height):.1f}"


def write(folder):
    import numpy
    import datumaro
    from datumaro.components.annotation import Bbox
    from datumaro.components.media import Image
    items = []
    for i, (name, boxes) in enumerate(parts()):
        pixels = numpy.random.default_rng(i).integers(80, 120, (120, 160, 3), numpy.uint8)
        names = ["background", "scratch", "dent"]
        drawn = [Bbox(x, y, w, h, label=names.index(c), id=k + 1, group=k + 1, attributes={"occluded": False})
                 for k, (c, x, y, w, h) in enumerate(boxes)]
        items.append(datumaro.DatasetItem(id=name, subset="val" if i % 6 == 5 else "train", media=Image.from_numpy(data=pixels), annotations=drawn))
    dataset = datumaro.Dataset.from_iterable(items, categories=["background", "scratch", "dent"])
    for kind in ("coco_instances", "yolo", "voc", "cvat"):
        dataset.export(f"{folder}/{kind}", kind, save_media=True)


def truth():
    return [line(name + ".png", *box) for name, boxes in parts() for box in boxes]


def coco(folder):
    from pycocotools.coco import COCO
    found = []
    for file in sorted(f for f in os.listdir(folder) if f.endswith(".json")):
        api = COCO(f"{folder}/{file}")
        for entry in api.loadAnns(api.getAnnIds()):
            if entry["segmentation"]:
                assert api.annToMask(entry).sum() > 0, entry  # what a training would learn from
            picture = api.loadImgs(entry["image_id"])[0]["file_name"]
            found.append(line(picture, api.loadCats(entry["category_id"])[0]["name"], *entry["bbox"]))
    return found


def by_datumaro(folder, kind):
    import datumaro
    from datumaro.components.annotation import AnnotationType, LabelCategories
    dataset = datumaro.Dataset.import_from(folder, kind)
    names = dataset.categories()[AnnotationType.label]
    found = []
    for item in dataset:
        for drawn in item.annotations:
            if drawn.type == AnnotationType.bbox:
                found.append(line(item.id + ".png", names[drawn.label].name, *drawn.get_bbox()))
    return found


def own_csv(file):
    found = []
    with open(file, encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            for text in (row.get("boxes") or "").split(";"):
                if not text.strip():
                    continue
                name, _, numbers = text.rpartition(":")
                found.append(line(row["image"], name.strip() or row["label"], *numbers.split()))
    return found


def same(a, b, tolerance_px):
    """VOC counts pixels from 1, some writers from 0: what they write is off by one."""
    lists = [[entry.rsplit(" ", 4) for entry in open(file, encoding="utf-8").read().splitlines()] for file in (a, b)]
    for one, other in zip(*lists, strict=True):
        off = [abs(float(x) - float(y)) for x, y in zip(one[1:], other[1:])]
        assert one[0] == other[0] and max(off) <= float(tolerance_px), (one, other)
    print(f"the same {len(lists[0])} objects")


def main():
    command, rest = sys.argv[1], sys.argv[2:]
    if command in ("write", "same"):
        return {"write": write, "same": same}[command](*rest)
    found = {"truth": truth, "coco": coco, "datumaro": by_datumaro, "csv": own_csv}[command](*rest)
    # pycocotools prints as it reads: what is compared goes to a file
    with open(f"{command}.objects", "w", encoding="utf-8") as out:
        out.write("\n".join(sorted(found)) + "\n")


main()
