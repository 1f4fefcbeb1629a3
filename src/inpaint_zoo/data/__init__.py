"""Data sets: images and masks, the same stream for any number of workers, ranks and resumptions."""

from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.shards.webdataset import WebDatasetDataModule
from inpaint_zoo.data.sources.file_list import FileListDataModule
from inpaint_zoo.data.sources.folder import FolderDataModule
from inpaint_zoo.data.sources.partition import PartitionDataModule
from inpaint_zoo.data.sources.photographs import PhotographsDataModule

__all__ = [
    "FileListDataModule",
    "FolderDataModule",
    "InpaintingDataModule",
    "PartitionDataModule",
    "PhotographsDataModule",
    "WebDatasetDataModule",
]
