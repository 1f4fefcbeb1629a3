"""Data sets of images and masks; workers, ranks and resumed runs do not change the stream of samples."""

from inpaint_zoo.data.arguments import LoadingArguments
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.shards.webdataset import WebDatasetDataModule
from inpaint_zoo.data.sources.file_list import FileListDataModule
from inpaint_zoo.data.sources.folder import FolderDataModule
from inpaint_zoo.data.sources.partition_file import PartitionFileDataModule
from inpaint_zoo.data.sources.photographs import PhotographsDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.images.finding import ImageFile

__all__ = [
    "FileListDataModule",
    "FolderDataModule",
    "ImageFile",
    "InpaintingDataModule",
    "LoadingArguments",
    "PartitionFileDataModule",
    "PhotographsDataModule",
    "Split",
    "WebDatasetDataModule",
]
