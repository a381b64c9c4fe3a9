"""The company's 24 tables, one module per domain, and our own tables in the schema `dashboard`."""

from homecare.db import Base, Model
from homecare.models import indexes  # noqa: F401 - must listen before the first model is mapped
from homecare.models.billing import InsuranceClaim, InventoryItem, Invoice
from homecare.models.care import Assignment, Visit
from homecare.models.community import Event, NgoNetwork
from homecare.models.marketing import (
    Campaign,
    CampaignContent,
    CampaignMetric,
    CampaignPatient,
    LandingPage,
    Lead,
    LeadSource,
    MarketingBudget,
    MarketingPlatform,
    MarketingTask,
)
from homecare.models.ours.account_keys import OneTimeLink, RecoveryCode, SecondFactor
from homecare.models.ours.assigning import (
    Absence,
    BookingCheck,
    CalendarFeed,
    CheckMoment,
    ListedWord,
    PatientWish,
    VisitPlan,
    VisitSeries,
    WorkingDay,
    WorkingTerms,
)
from homecare.models.ours.dashboard import (
    Account,
    Denial,
    FormToken,
    ListPreference,
    Read,
    RefusedTry,
    SavedView,
    SignedIn,
    SignInEvent,
    SignInFailure,
)
from homecare.models.ours.drawn_areas import Area
from homecare.models.ours.kept_facts import (
    DIRTY_LEADS,
    DIRTY_PLACES,
    CubeCell,
    FactState,
    Place,
    PlaceCell,
    PublishedCell,
)
from homecare.models.ours.lead_facts import LeadCell, LeadFact
from homecare.models.ours.stored_files import RefusedUpload, StoredFile
from homecare.models.ours.stored_jobs import GlassOpening, Notification, StoredJob
from homecare.models.ours.stored_policy import (
    PolicyState,
    PolicyVersion,
    RoleRename,
    SettingsDraft,
    SettingsVersion,
    StoredFieldRule,
    StoredGrant,
    StoredRole,
)
from homecare.models.ours.stored_tariffs import Tariff
from homecare.models.ours.sub_cities import SubCity
from homecare.models.ours.trail import Change, ChangeSet, DroppedMonth, Seal, TrailKeeping
from homecare.models.partners import InternationalReferral, PartnerHospital, Referral
from homecare.models.patients import Message, Patient
from homecare.models.staff import AdminTask, Staff

__all__ = [
    "DIRTY_LEADS",
    "DIRTY_PLACES",
    "Absence",
    "Account",
    "AdminTask",
    "Area",
    "Assignment",
    "BookingCheck",
    "CalendarFeed",
    "Campaign",
    "CampaignContent",
    "CampaignMetric",
    "CampaignPatient",
    "Change",
    "ChangeSet",
    "CheckMoment",
    "CubeCell",
    "Denial",
    "DroppedMonth",
    "Event",
    "FactState",
    "FormToken",
    "GlassOpening",
    "InsuranceClaim",
    "InternationalReferral",
    "InventoryItem",
    "Invoice",
    "LandingPage",
    "Lead",
    "LeadCell",
    "LeadFact",
    "LeadSource",
    "ListPreference",
    "ListedWord",
    "MarketingBudget",
    "MarketingPlatform",
    "MarketingTask",
    "Message",
    "NgoNetwork",
    "Notification",
    "OneTimeLink",
    "PartnerHospital",
    "Patient",
    "PatientWish",
    "Place",
    "PlaceCell",
    "PolicyState",
    "PolicyVersion",
    "PublishedCell",
    "Read",
    "RecoveryCode",
    "Referral",
    "RefusedTry",
    "RefusedUpload",
    "RoleRename",
    "SavedView",
    "Seal",
    "SecondFactor",
    "SettingsDraft",
    "SettingsVersion",
    "SignInEvent",
    "SignInFailure",
    "SignedIn",
    "Staff",
    "StoredFieldRule",
    "StoredFile",
    "StoredGrant",
    "StoredJob",
    "StoredRole",
    "SubCity",
    "Tariff",
    "TrailKeeping",
    "Visit",
    "VisitPlan",
    "VisitSeries",
    "WorkingDay",
    "WorkingTerms",
    "business_models",
    "qualified",
    "trailed_models",
]  # fmt: skip


# Ours, of which the trail has every change as of the company's: what is planned is taken back together.
OURS_TRAILED: tuple[type[Base], ...] = (
    Absence, PatientWish, Tariff, VisitPlan, VisitSeries, WorkingDay, WorkingTerms,
)  # fmt: skip


def trailed_models() -> dict[str, type[Base]]:
    """Every model whose changes are in the trail, by table name: the company's and those of OURS_TRAILED."""
    return business_models() | {model.__tablename__: model for model in OURS_TRAILED}


def qualified(model: type[Base]) -> str:
    """The table with its schema, for SQL as text."""
    return f"{model.__table__.schema or 'public'}.{model.__tablename__}"


def business_models() -> dict[str, type[Base]]:
    """The company's models by table name: every mapped table outside the schema `dashboard`."""
    models: list[type[Base]] = [mapper.class_ for mapper in Model.registry.mappers]
    company = [model for model in models if model.metadata.tables.get(model.__tablename__) is model.__table__]
    return {model.__tablename__: model for model in sorted(company, key=lambda model: model.__tablename__)}
