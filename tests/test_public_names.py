"""The public names of docs/stability.md, as a list: who takes one away or adds one says so here and in CHANGELOG.md."""

import ast
import dataclasses
import importlib
from pathlib import Path

import pytest
import yaml

import inpaint_zoo
from inpaint_zoo.cli.main import VERBS
from inpaint_zoo.config.compose import CONF_DIR, config_name

PACKAGE = Path(inpaint_zoo.__file__).parent
STABILITY = (PACKAGE.parents[1] / "docs" / "stability.md").read_text(encoding="utf-8")

NAMES = {
    "inpaint_zoo": "InputError __version__ create_model create_module inpaint list_models load load_model",
    "inpaint_zoo.batch": "Batch Prediction composite hole taught",
    "inpaint_zoo.data": """
        FileListDataModule FolderDataModule ImageFile InpaintingDataModule LoadingArguments PartitionFileDataModule
        PhotographsDataModule Split WebDatasetDataModule
    """,
    "inpaint_zoo.errors": "DamagedFileError InputError InputWarning LostProcessError Stopped",
    "inpaint_zoo.evaluation.protocols": """
        CTSDGProtocol EdgeConnectProtocol HINTProtocol LaMaProtocol MADFProtocol MATProtocol MISFProtocol Protocol
        SEMNetProtocol StandardProtocol
    """,
    "inpaint_zoo.hybrid": "FilteredModel Hybrid",
    "inpaint_zoo.inference.fill": "DEFAULTS FillOptions fill",
    "inpaint_zoo.inference.inpainter": "Images Inpainter Options inpaint load",
    "inpaint_zoo.losses.adversarial": """
        ADVERSARIAL_LOSSES AdversarialLoss Hinge LeastSquares NonSaturating binary_cross_entropy
        feature_matching
    """,
    "inpaint_zoo.losses.perceptual": """
        Features VGGFeatures gram_matrix load_loss_networks perceptual_distance style_distance
    """,
    "inpaint_zoo.losses.reconstruction": "MINIMUM_HOLE_RATIO l1 l1_per_hole_ratio l1_within",
    "inpaint_zoo.losses.total_variation": "total_variation",
    "inpaint_zoo.masks": """
        BinnedFileMask BinnedIrregularMask BorderMask BoxMask BoxesMask CurriculumMask ExactRatioMask FileMask
        FreeFormMask HalfMask IrregularMask MaskGenerator MaskRequest MixtureMask ObjectShapeMask
        OutpaintingMask PairedMask PolygonalChainMask RandomWalkMask RedrawnMask ScratchMask StainMask
        TextMask UnionMask
    """,
    "inpaint_zoo.metrics": """
        ALL BINS BIN_TITLES FloatImageArray Hole ImageArray ImageL1 ImageLPIPS ImagePSNR ImageSSIM ImageScores
        L1 LPIPSDistance METRICS MeanReading Measure MetricUnavailableError Metrics Pair PSNR PSNR_CAP
        Record RelativeL1 SET_METRICS SSIM
        STANDARD_METRICS SummaryRow frechet_distance gaussian_window ids_scores load_inception load_lpips
        psnr ratio_bin read_records rounded score set_notes set_scores summarise to_float to_uint8 truncated
        uniform_window write_records write_summary
    """,
    "inpaint_zoo.models.base": "InpaintingModule",
    "inpaint_zoo.models.ctsdg": "CTSDG CTSDGNetwork",
    "inpaint_zoo.models.deepfillv2": "DeepFillv2 DeepFillv2Network",
    "inpaint_zoo.models.edgeconnect": "EdgeConnect EdgeConnectNetwork",
    "inpaint_zoo.models.lr_schedules": "warmup_cosine",
    "inpaint_zoo.models.madf": "MADF MADFNetwork",
    "inpaint_zoo.models.misf": "MISF MISFNetwork",
    "inpaint_zoo.models.network": "InpaintingNetwork",
    "inpaint_zoo.models.rfr": "RFR RFRNetwork",
    "inpaint_zoo.models.pconv": "PConv PConvNetwork",
    "inpaint_zoo.spandrel": "install",
    "inpaint_zoo.testing": "MaskConformance ModelConformance batch_of check_mask fill",
    "inpaint_zoo.training.callbacks": """
        BestCheckpoint DiscriminatorCollapse EMA FiniteLoss LastCheckpoint LossLog MetricsCSV
        ActivationCheckpointing OptimizerSettings RunSummary SampleImages StepProgress Telemetry ValidationMetrics
        optional_activation_checkpointing optional_ema
    """,
}
"""By module."""
INTERNAL = {
    "cli", "data.audit", "data.audit.diagnosis", "evaluation.methods", "evaluation.methods.fills", "evaluation.report",
    "evaluation.significance", "metrics.lpips", "tables", "training.loggers",
}  # fmt: skip
"""Modules with a list of what others here may use of them, which is no promise."""

KEYS = {
    "train": """
        activation_checkpointing checkpoint_every checkpoint_minutes ckpt_path compile ema_decay images_every init_from
        mode monitor num_sample_images num_worst_images overfit_samples process_timeout run_dir seed
    """,
    "replay": "device file",
    "runs": "force output root sort",
    "ablate": "evaluation run_dir seeds",
    "tune": "pruner run_dir sampler sampler_seed search trials",
    "app": "device host max_megabytes max_megapixels methods port",
    "evaluate": """
        ckpt compile device force leave_out_trained lpips lpips_weights manifest mask_first model_name output
        precision size weights
    """,
    "predict": """
        adapt adapt_seconds blend ckpt compile device feather force format grow images invert masks model_name output
        precision strategy threshold tolerance weights
    """,
    "compare": """
        compile costs device figure force inception_weights leave_out_trained lpips lpips_weights manifest mask_first
        match methods notes output precision reference size title weights
    """,
    "audit": "corpus device force method output protocol results size weights",
    "certify": "against corpus force metrics output",
    "study": """
        consent kind methods num_checks num_images num_questions output question reference results thanks title
    """,
    "study collect": "answers force key output",
    "verify": "data device mask methods results tolerance",
    "board": "cards data force mask methods output results title tolerance",
    "masks make": "count force output seed size",
    "data manifest": "force mask_first output size",
    "data check": "num_made_masks num_workers output",
    "benchmark": """
        activation_checkpointing against batch_size calls force memory models network output precision size steps
        threads
    """,
    "import-weights": "force model_name output source",
    "models": "model_name",
    "export": "ckpt force format layout model_name output precision weights",
    "bundle": "ckpt force licence model_name output results weights",
}
"""By verb; what stands below a key that is a group belongs to the option of the group."""

OPTIONS = {
    "callbacks": "default none",
    "data": """
        celeba celeba_hq dunhuang ffhq folder list paris_street_view photographs places2
        places2_high_resolution webdataset
    """,
    "debug": "fast overfit profile",
    "experiment": """
        ablation_ctsdg_contextual_attention ablation_ctsdg_no_aggregation ablation_ctsdg_no_fusion
        ablation_ctsdg_no_structure ablation_ctsdg_paper_fusion ablation_ctsdg_single_stream
        ablation_ctsdg_true_edges ablation_madf_batch_norm ablation_madf_ordinary_filtering
        ablation_madf_refinements_0 ablation_madf_refinements_1 ablation_madf_refinements_3
        ablation_madf_final_only ablation_misf_all_levels ablation_misf_image_filtering ablation_misf_independent
        ablation_misf_kernel_5 ablation_misf_kernel_7 ablation_misf_level_1 ablation_misf_level_2
        ablation_misf_no_filtering ablation_misf_semantic_filtering ablation_misf_without_adversarial
        ablation_misf_without_l1 ablation_misf_without_perceptual ablation_misf_without_style
        bundle bundle_ctsdg bundle_ctsdg_vgg16 bundle_madf bundle_madf_vgg16 bundle_misf bundle_misf_vgg16
        ctsdg ctsdg_finetune demo demo_comparison demo_ctsdg demo_madf
        hybrid deepfillv2 demo_misf edgeconnect edgeconnect_edge edgeconnect_inpaint edgeconnect_joint madf madf_512
        madf_final_only madf_paper_style misf misf_as_released pconv pconv_finetune rfr rfr_finetune tiny
    """,
    "logger": "csv many none tensorboard wandb",
    "lr_schedule": "constant cosine exponential linear_decay linear_warmup multi_step warmup_cosine",
    "mask": """
        border box boxes center_box curriculum damage exact_ratio files files_bins files_rotated free_form
        free_form_box half irregular irregular_bins lama_medium lama_thick lama_thin mixture objects
        outpainting paired random_walk redrawn rfr_strokes scratches stains text
    """,
    "model": "ctsdg deepfillv2 edgeconnect madf misf pconv rfr",
    "study": "ctsdg madf misf",
    "protocol": "ctsdg edgeconnect hint lama madf mat misf semnet standard",
    "trainer": "cpu ddp default gpu mps",
}
"""By group of the configuration."""

FILES = {
    "results.json": (
        "inpaint_zoo.evaluation.results_file",
        "_File",
        "code costs estimates files hashes kind leaks methods protocol records report samples set_scores settings "
        "trained_on",
    ),
    "results.json: records": ("inpaint_zoo.evaluation.results_file", "_Record", "method metrics name photograph ratio"),
    "manifest.json": (
        "inpaint_zoo.evaluation.manifest",
        "_File",
        "data eval_seed mask_rule kind mask protocol samples",
    ),
    "manifest.json: samples": (
        "inpaint_zoo.evaluation.manifest",
        "Entry",
        "image mask mask_file mask_source name photograph ratio size split",
    ),
    "result.json": ("inpaint_zoo.training.runs.result", "Result", "config metric step value"),
}
"""Entries of the files that other programs may read, by the reader that checks them."""


def tree(module: str) -> ast.Module:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


def public(module: str) -> list[str]:
    """What `__all__` lists; in a module without one, what it defines under a name without `_`."""
    listed = getattr(importlib.import_module(module), "__all__", None)
    if listed is not None:
        return sorted(listed)
    names: list[str] = []
    for node in tree(module).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [target.id for target in targets if isinstance(target, ast.Name)]
    return sorted(name for name in names if not name.startswith("_"))


def keys(verb: str) -> list[str]:
    node = yaml.safe_load((CONF_DIR / f"{config_name(verb)}.yaml").read_text(encoding="utf-8"))
    return sorted(set(node) - {"defaults", "hydra"})


@pytest.mark.parametrize("module", NAMES)
def test_a_module_offers_what_is_listed(module: str) -> None:
    assert public(module) == sorted(NAMES[module].split())
    loaded = importlib.import_module(module)
    assert all(hasattr(loaded, name) for name in NAMES[module].split())


def test_no_module_becomes_public_unseen() -> None:
    stating = {
        ".".join(("inpaint_zoo", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
        if "\n__all__ = " in path.read_text(encoding="utf-8")
    }
    assert stating - NAMES.keys() == {f"inpaint_zoo.{name}" for name in INTERNAL}


def test_verbs_and_their_keys() -> None:
    assert {verb: keys(verb) for verb in VERBS} == {verb: sorted(names.split()) for verb, names in KEYS.items()}


def test_options_of_the_configuration() -> None:
    found = {
        group.name: sorted(path.stem for path in group.glob("[!_]*.yaml"))
        for group in CONF_DIR.iterdir()
        if group.is_dir() and group.name not in ("hydra", "local")
    }
    assert found == {group: sorted(names.split()) for group, names in OPTIONS.items()}


@pytest.mark.parametrize("name", FILES)
def test_entries_of_files(name: str) -> None:
    module, reader, names = FILES[name]
    kind = getattr(importlib.import_module(module), reader)
    fields = kind.__dataclass_fields__ if dataclasses.is_dataclass(kind) else kind.model_fields
    assert sorted(fields) == sorted(names.split())


def test_the_page_names_every_public_module_verb_and_file() -> None:
    for name in (*NAMES, *KEYS, *FILES, *OPTIONS):
        assert f"`{name.partition(':')[0]}`" in STABILITY, name
