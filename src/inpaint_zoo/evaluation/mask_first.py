"""What methods are shown with `mask_first=true`: images whose holes were filled before they were resized."""

from __future__ import annotations

from inpaint_zoo.data.dataset import EvaluationDataset
from inpaint_zoo.data.paired_masks import PairedMaskGenerator
from inpaint_zoo.evaluation.methods.fills.nearest import fill_nearest
from inpaint_zoo.images.arrays import Hole, ImageArray
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.images.resizing import INVERSES, center_pad
from inpaint_zoo.masks import PairedMask


class MaskFirst:
    """Prepares the images of an evaluation so that nothing that stands in their holes is left.

    Resizing mixes pixels with their neighbours, so that known pixels next to a hole take on colours from inside of it.
    Here the hole of the image in its file is filled with the nearest known pixels before. It is where the prepared mask
    lies, and, if the mask belongs to the whole image, also where the mask's own file says.

    Args:
        dataset: The images and masks.
        fitting: A name of `FITTINGS`: how the images get their proportions.
        center_crop: Side of the square that is cut out before; None: nothing is cut.
    """

    def __init__(self, dataset: EvaluationDataset, fitting: str, center_crop: int | None) -> None:
        self.dataset = dataset
        self.uncut = INVERSES[fitting]
        self.center_crop = center_crop

    def shown(self, index: int, hole: Hole) -> ImageArray:
        """The prepared image (H, W, 3) of sample `index`, whose prepared hole is (H, W), for methods.

        Raises:
            InputError: A file cannot be read.
        """
        file = self.dataset.image_file(index)
        image = read_image(file.path)
        return self.dataset.prepare(fill_nearest(image, self._hole(file.name, hole, image.shape[:2])))

    def _hole(self, name: str, hole: Hole, size: tuple[int, int]) -> Hole:
        side = self.center_crop
        whole = self.uncut(hole, size) if side is None else center_pad(self.uncut(hole, (side, side)), size)
        mask = self.dataset.mask
        own = mask.whole(name, size) if isinstance(mask, PairedMask | PairedMaskGenerator) else None
        return whole if own is None else whole | own.astype(bool)
