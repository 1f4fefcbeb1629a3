"""Data sets: pictures and masks, the same stream for any number of workers, ranks and resumptions."""

from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.folder import FolderDataModule
from inpaint_zoo.data.lists import FileListDataModule
from inpaint_zoo.data.partition import PartitionDataModule
from inpaint_zoo.data.photographs import PhotographsDataModule
from inpaint_zoo.data.webdataset import WebDatasetDataModule

__all__ = [
    "FileListDataModule",
    "FolderDataModule",
    "InpaintingDataModule",
    "PartitionDataModule",
    "PhotographsDataModule",
    "WebDatasetDataModule",
]
