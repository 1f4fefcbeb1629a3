"""Fill the hole of a photograph with an exported network, without PyTorch and without inpaint-zoo.

pip install onnxruntime numpy pillow
python fill_onnx.py NETWORK.onnx PHOTO MASK OUTPUT      (white is the hole)
"""

import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

if len(sys.argv) != 5:
    sys.exit(__doc__)
network, photo, mask, output = sys.argv[1:]

session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
image = np.asarray(ImageOps.exif_transpose(Image.open(photo)).convert("RGB"))
hole = np.asarray(Image.open(mask).convert("L")) >= 128
if hole.shape != image.shape[:2]:
    sys.exit(f"{mask} is {hole.shape[1]}x{hole.shape[0]}, but {photo} is {image.shape[1]}x{image.shape[0]}")

filled, _ = session.run(None, {"image": image[None], "mask": hole[None].astype(np.uint8)})
Image.fromarray(filled[0]).save(output)
