"""tool_sets.py FOLDER: a folder a layout, as the tools and the authors of public sets write them; each of 10 good and 5
defective pictures. tool_sets.py FOLDER --masks: sets whose masks are odd."""
import os
import random
import struct
import sys
import zlib

ROOT = sys.argv[1]
WIDTH, HEIGHT = 64, 48
N = 15
GOOD = 10
GRAY, RGB, PALETTE, RGBA = 0, 2, 3, 6


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(pixel, kind=GRAY, palette=None):
    """pixel(x, y): a byte, or a tuple of 3 or 4."""
    rows = b""
    for y in range(HEIGHT):
        values = [pixel(x, y) for x in range(WIDTH)]
        rows += b"\0" + (bytes(values) if isinstance(values[0], int) else b"".join(bytes(v) for v in values))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, kind, 0, 0, 0))
    colours = chunk(b"PLTE", palette) if palette else b""
    return b"\x89PNG\r\n\x1a\n" + head + colours + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def put(name, content):
    path = f"{ROOT}/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def picture(name, seed):
    noise = random.Random(seed)
    put(name, png(lambda x, y: noise.randrange(80, 120)))


def inside(x, y):
    return 10 <= x < 20 and 10 <= y < 20


def mask(name, value=255, kind=GRAY, palette=None):
    put(name, png(lambda x, y: value if inside(x, y) else 0, kind, palette))


def stem(i):
    return f"p{i:02}"


def label(i):
    return "good" if i < GOOD else "scratch"


def split(i, names=("train", "val")):
    return names[0] if i % 3 else names[1]


def public_sets():
    for i in range(6):
        picture(f"ad2/train/good/{i:03}_regular.png", i)
        picture(f"loco/train/good/{i:03}.png", i)
    for i in range(2):
        picture(f"ad2/validation/good/{i:03}_regular.png", 20 + i)
        picture(f"ad2/test_public/good/{i:03}_regular.png", 30 + i)
        picture(f"loco/validation/good/{i:03}.png", 20 + i)
        picture(f"loco/test/good/{i:03}.png", 30 + i)
        picture(f"btad/test/ok/{i:04}.png", 20 + i)
    for i in range(8):
        picture(f"btad/train/ok/{i:04}.png", i)
    for i in range(5):
        picture(f"ad2/test_public/bad/{i:03}_regular.png", 40 + i)
        mask(f"ad2/test_public/ground_truth/bad/{i:03}_regular_mask.png")
        picture(f"btad/test/ko/{i:04}.png", 40 + i)
        mask(f"btad/ground_truth/ko/{i:04}.png")
        kind = "logical_anomalies" if i < 2 else "structural_anomalies"
        picture(f"loco/test/{kind}/{i:03}.png", 40 + i)
        for k in range(2):
            mask(f"loco/ground_truth/{kind}/{i:03}/{k:03}.png", 200)
        picture(f"visa/Data/Images/Anomaly/{i:03}.png", 40 + i)
        mask(f"visa/Data/Masks/Anomaly/{i:03}.png", 1)
    for i in range(GOOD):
        picture(f"visa/Data/Images/Normal/{i:04}.png", i)
    rows = [f"visa/Data/Images/Normal/{i:04}.png,normal,\n" for i in range(GOOD)]
    rows += [f'visa/Data/Images/Anomaly/{i:03}.png,"bent,melt",visa/Data/Masks/Anomaly/{i:03}.png\n' for i in range(5)]
    put("visa/image_anno.csv", "image,label,mask\n" + "".join(rows))


def masks_beside():
    palette = bytes([0, 0, 0, 128, 0, 0, 0, 128, 0]) + bytes(253 * 3)
    for i in range(N):
        picture(f"voc_segmentation/JPEGImages/{stem(i)}.png", i)
        for folder in ("SegmentationClass", "SegmentationObject"):
            mask(f"voc_segmentation/{folder}/{stem(i)}.png", int(i >= GOOD), PALETTE, palette)
        picture(f"images_and_masks/images/{stem(i)}.png", i)
        mask(f"images_and_masks/masks/{stem(i)}_mask.png", 2 * int(i >= GOOD))
    put("voc_segmentation/ImageSets/Segmentation/train.txt", "".join(stem(i) + "\n" for i in range(N)))
    put("voc_segmentation/labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\nscratch:128,0,0::\n")


def words():
    pairs = [("OK", "NG"), ("Normal", "Abnormal"), ("PASS", "FAIL"), ("io", "nio"), ("Good", "BAD"), ("IO", "NOK"),
             ("normal", "anomaly"), ("GOOD", "Defective"), ("good", "Anomalous"), ("ok", "KO"), ("Good", "Scratch")]
    for good, bad in pairs:
        for i in range(N):
            picture(f"words_{good}_{bad}/{good if i < GOOD else bad}/{stem(i)}.png", i)


def csv(name, header, row, encoding="utf-8", end="\n", named=stem):
    for i in range(N):
        picture(f"{name}/img/{named(i)}.png", i)
    put(f"{name}/labels.csv", end.join([header] + [row(i) for i in range(N)] + [""]).encode(encoding))


def csvs():
    csv("csv_pandas", ",image,label,score", lambda i: f"{i},img/{stem(i)}.png,{label(i)},0.5")
    csv("csv_pandas_unnamed", "Unnamed: 0,filename,label", lambda i: f"{i},img/{stem(i)}.png,{label(i)}")
    remark = '"a;b ""c"""'
    csv("csv_excel", "image;label;Bemerkung", lambda i: f"img/{stem(i)}.png;{label(i)};{remark}", "utf-8-sig", "\r\n")
    csv("csv_excel_utf16", "image\tlabel", lambda i: f"img/{stem(i)}.png\t{label(i)}", "utf-16", "\r\n")
    umlaut = lambda i: f"teil \u00e4{i:02}"
    csv("csv_excel_windows", "image;label", lambda i: f"img/{umlaut(i)}.png;{label(i)}", "cp1252", "\r\n", umlaut)
    csv("csv_sep", "sep=;\r\nimage;label", lambda i: f"img/{stem(i)}.png;{label(i)}", end="\r\n")
    csv("csv_comma_numbers", "image;label", lambda i: f"img/{stem(i)}.png;{'0,0' if i < GOOD else '1,0'}")
    csv("csv_capitals", "Image,Label", lambda i: f"img/{stem(i)}.png,{label(i).upper()}")
    csv("csv_backslashes", "image,label", lambda i: f"img\\{stem(i)}.png,{label(i)}")
    csv("csv_file_url", "image,label", lambda i: f"file:///C:/My%20Data/img/part%20{i:02}.png,{label(i)}",
        named=lambda i: f"part {i:02}")
    csv("csv_elsewhere", "image,label", lambda i: f"/home/anna/set/img/{stem(i)}.png,{label(i)}")
    csv("csv_taken_apart", "image,label", lambda i: f"img/tu\u0308r{i:02}.png,{label(i)}", named=lambda i: f"t\u00fcr{i:02}")
    csv("csv_composed", "image,label", lambda i: f"img/t\u00fcr{i:02}.png,{label(i)}", named=lambda i: f"tu\u0308r{i:02}")
    csv("csv_blanks", "image,label\n", lambda i: f"\"img/part no {i:02}.png\", {label(i)}\n", named=lambda i: f"part no {i:02}")
    csv("csv_normal", "image,label", lambda i: f"img/{stem(i)}.png,{'normal' if i < 5 else 'Good' if i < GOOD else 'anomaly'}")


def yolo(name, picture_at, labels_at, extra):
    for i in range(N):
        picture(f"{name}/{picture_at(i)}", i)
        put(f"{name}/{labels_at(i)}", "" if i < GOOD else "0 0.3 0.3 0.2 0.2\n")
    for file, text in extra.items():
        put(f"{name}/{file}", text)


def yolos():
    data = "train: images/train\nval: images/val\nnc: 1\nnames: ['scratch']\n"
    at = lambda i: f"images/{split(i)}/{stem(i)}.png"
    yolo("yolo_ultralytics", at, lambda i: f"labels/{split(i)}/{stem(i)}.txt", {"data.yaml": data})
    yolo("yolo_names", at, lambda i: f"labels/{split(i)}/{stem(i)}.txt", {"data.yaml": "names:\n  0: scratch\n"})
    yolo("yolo_capitals", lambda i: at(i).upper().replace("IMAGES", "images"), lambda i: f"labels/{split(i).upper()}/{stem(i).upper()}.TXT",
         {"classes.txt": "scratch\n"})
    yolo("yolo_label_studio", lambda i: f"images/{stem(i)}.png", lambda i: f"labels/{stem(i)}.txt", {"classes.txt": "scratch\n"})
    roboflow = lambda i: f"{stem(i)}_png.rf.abc{i}"
    yolo("yolo_roboflow", lambda i: f"{split(i, ('train', 'valid'))}/images/{roboflow(i)}.png",
         lambda i: f"{split(i, ('train', 'valid'))}/labels/{roboflow(i)}.txt",
         {"data.yaml": "train: ../train/images\nval: ../valid/images\nnc: 1\nnames: ['scratch']\n"})
    yolo("yolo_cvat", lambda i: f"obj_train_data/{stem(i)}.png", lambda i: f"obj_train_data/{stem(i)}.txt",
         {"obj.names": "scratch\n", "obj.data": "classes = 1\nnames = data/obj.names\ntrain = data/train.txt\n",
          "train.txt": "".join(f"data/obj_train_data/{stem(i)}.png\n" for i in range(N))})


def odd_masks():
    """Sets of 10 good and 5 defective pictures whose masks say little, and how."""
    noise = random.Random(1)
    odd = {
        "covers": (lambda x, y: 0 if inside(x, y) and x < 12 else 255, GRAY, None),
        "inverted": (lambda x, y: 0 if x < 24 else 255, GRAY, None),
        "noise": (lambda x, y: noise.randrange(1, 20) if y < 20 else 255 if inside(x - 20, y - 20) else 0, GRAY, None),
        "alpha": (lambda x, y: (255, 0, 0, 255) if inside(x, y) else (255, 255, 255, 0), RGBA, None),
        "palette": (lambda x, y: 1 if inside(x, y) else 0, PALETTE, bytes([255, 255, 255, 200, 0, 0])),
    }
    for name, (pixel, kind, palette) in odd.items():
        for i in range(N):
            folder = "good" if i < GOOD else "defective"
            picture(f"{name}/{folder}/{stem(i)}.png", i)
            if i >= GOOD:
                put(f"{name}/masks/{stem(i)}.png", png(pixel, kind, palette))


if "--masks" in sys.argv:
    odd_masks()
else:
    for make in (public_sets, masks_beside, words, csvs, yolos):
        make()
