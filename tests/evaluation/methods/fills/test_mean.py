import numpy as np

from inpaint_zoo.evaluation.methods.fills.mean import fill_mean


def test_is_the_rounded_mean_of_known_pixels_per_channel(photograph):
    hole = np.zeros(photograph.shape[:2], bool)
    hole[:, 50:] = True
    expected = [round(float(photograph[:, :50, channel].astype(float).mean())) for channel in range(3)]
    assert np.array_equal(fill_mean(photograph, hole)[hole], np.broadcast_to(expected, (hole.sum(), 3)))
