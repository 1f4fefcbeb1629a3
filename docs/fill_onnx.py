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
try:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    image = np.asarray(ImageOps.exif_transpose(Image.open(photo)).convert("RGB"))  # as viewers show it
    hole = np.asarray(ImageOps.exif_transpose(Image.open(mask)).convert("L")) >= 128
except Exception as error:  # onnxruntime's have no class of their own
    sys.exit(f"error: {error}")
if hole.shape != image.shape[:2]:
    sys.exit(f"error: {mask} is {hole.shape[1]}x{hole.shape[0]}, and {photo} is {image.shape[1]}x{image.shape[0]}")

in_planes = session.get_inputs()[0].shape[-1] != 3  # the network was exported with layout=BCHW
filled, _ = session.run(None, {
    "image": np.moveaxis(image, -1, 0)[None] if in_planes else image[None],
    "mask": hole[None].astype(np.uint8),
})  # fmt: skip
Image.fromarray(np.moveaxis(filled[0], 0, -1) if in_planes else filled[0]).save(output)
