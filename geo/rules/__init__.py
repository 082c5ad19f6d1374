"""The numbers and what a town says of itself: rule sets, ``town.toml``, calibration.

Each number carries its unit, its source and how sure it is.
"""

from .calibration_file import (
    CALIBRATION_FILE,
    Calibration,
    FittedRate,
    calibration_text,
    read_calibration,
)
from .config import (
    DEFAULT_SCENARIOS,
    IMPORT_FILE,
    TOWN_FILE,
    KeyDates,
    LaneEvent,
    LayerSource,
    LedgerSource,
    Scenario,
    TownConfig,
    choose_scenario,
    read_config,
)
from .risk_rules import CalibrationRule, FindingRule, HeatRule, RiskRule
from .rule_set import (
    LaneStateRule,
    LedgerRule,
    Reading,
    ResponseRule,
    RoundsRule,
    RuleSet,
    SpeedCalibrationRule,
    SupervisionRule,
    TerrainRule,
    TierRule,
    TimeBand,
    VehicleProfile,
    load_rules,
)
from .values import Value

__all__ = [
    "CALIBRATION_FILE",
    "DEFAULT_SCENARIOS",
    "IMPORT_FILE",
    "TOWN_FILE",
    "Calibration",
    "CalibrationRule",
    "FindingRule",
    "FittedRate",
    "HeatRule",
    "KeyDates",
    "LaneEvent",
    "LaneStateRule",
    "LayerSource",
    "LedgerRule",
    "LedgerSource",
    "Reading",
    "ResponseRule",
    "RiskRule",
    "RoundsRule",
    "RuleSet",
    "Scenario",
    "SpeedCalibrationRule",
    "SupervisionRule",
    "TerrainRule",
    "TierRule",
    "TimeBand",
    "TownConfig",
    "Value",
    "VehicleProfile",
    "calibration_text",
    "choose_scenario",
    "load_rules",
    "read_calibration",
    "read_config",
]
