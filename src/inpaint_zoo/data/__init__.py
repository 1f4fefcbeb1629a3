"""Data sets of images and masks; workers, ranks and resumed runs do not change the stream of samples."""

from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.shards.webdataset import WebDatasetDataModule
from inpaint_zoo.data.sources.file_list import FileListDataModule
from inpaint_zoo.data.sources.folder import FolderDataModule
from inpaint_zoo.data.sources.partition_file import PartitionFileDataModule
from inpaint_zoo.data.sources.photographs import PhotographsDataModule

__all__ = [
    "FileListDataModule",
    "FolderDataModule",
    "InpaintingDataModule",
    "PartitionFileDataModule",
    "PhotographsDataModule",
    "WebDatasetDataModule",
]
