"""Compares JPEGs with the HEIC beside each, as libheif decodes it: prints the PSNR in dB by name, or why libheif refuses one."""

import json
import math
import pathlib
import sys

import pillow_heif
from PIL import Image, ImageChops, ImageStat

TURNS = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}


def alike(ours, theirs):
    squares = sum(ImageStat.Stat(ImageChops.difference(ours, theirs)).sum2)
    mean = squares / (3 * ours.width * ours.height)
    return 99.0 if mean == 0 else min(99.0, 10 * math.log10(255 * 255 / mean))


found = {}
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if path.suffix != ".heic":
        continue
    try:
        heif = pillow_heif.open_heif(path)
        image = heif.to_pillow()
        turned = image.info.get("original_orientation")
    except (EOFError, ValueError, SyntaxError) as refused:
        found[path.stem] = {"refused": str(refused), "made": path.with_suffix(".jpg").exists()}
        continue
    if image.mode == "I;16":
        # Grey of 10 or 12 bits; Pillow's own way to RGB would cut it to white.
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    # What the JPEG shows through is white.
    if "A" in image.getbands():
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    theirs = image.convert("RGB")
    ours = Image.open(path.with_suffix(".jpg")).convert("RGB")
    if ours.size != theirs.size:
        # Turned by its Exif data alone, which libheif leaves to others.
        theirs = theirs.transpose(TURNS[turned])
    found[path.stem] = {"psnr": alike(ours, theirs), "size": theirs.size}
print(json.dumps(found))
