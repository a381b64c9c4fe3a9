"""The inventory, the office's tasks, and the log of messages sent to patients."""

from __future__ import annotations

from datetime import datetime, timedelta

from homecare.local.demo.company import Company, Dice, Row
from homecare.local.demo.office_words import ITEMS, LOCATIONS, MESSAGES, OFFICE_REMARKS, VISIT_REMARKS

PIECES = 5
TASKS_WITH_VISIT, TASKS_WITHOUT = 210, 110
MESSAGE_COUNT = 900
TASK_SIZE = {"Coordinator": 6, "Nurse": 5, "Doctor": 3, "Caregiver": 4, "Inventory": 2, "Finance": 2, "Marketing": 1}


def add_inventory(company: Company) -> None:
    """Five pieces or lots of each item: most last long, some expire within a month, some have expired."""
    dice, clock = company.dice("inventory"), company.clock
    for name, description, months in ITEMS * PIECES:
        # One lot in twelve has expired, one in six expires within the month.
        lots = {(-45, -1): 2, (0, 30): 4, (31, months * 30): 18}
        expires = clock.day(dice.randint(*dice.weighted(lots))) if months else None
        created_at = dice.office_hour(clock, -dice.randint(45, 700))
        if expires and expires < clock.today:
            status = dice.weighted({"Expired": 85, "Available": 15})
        elif months:
            status = dice.weighted({"Available": 84, "Reserved": 10, "In Use": 6})
        else:
            status = dice.weighted(
                {"Available": 48, "In Use": 34, "Maintenance": 9, "Reserved": 4, "Lost": 2, "Retired": 3}
            )
        company.add(
            "inventory_items", created_at, name=name, description=description, status=status, expiry_date=expires,
            location="Bole store, cold cabinet" if "Insulin" in name else dice.choice(LOCATIONS), photo=None,
            updated_at=dice.between(created_at, clock.now),
        )  # fmt: skip


def add_office_tasks(company: Company) -> None:
    """Tasks around the visits of the last and coming weeks, and tasks of the office itself."""
    dice, clock = company.dice("office tasks"), company.clock
    team = {role: company.staff(role) for role in TASK_SIZE}
    month, fortnight = timedelta(days=30), timedelta(days=14)
    visits = [
        row for row in company.rows["visit_services"]
        if -month < row["scheduled_at"] - clock.now < fortnight and row["status"] != "Cancelled"
    ]  # fmt: skip
    chosen: list[Row | None] = [*dice.sample(visits, TASKS_WITH_VISIT), *[None] * TASKS_WITHOUT]
    for visit in chosen:
        role = dice.weighted(TASK_SIZE)
        carriers = team[role]
        # A third goes to the role's first person, so that the demo account has tasks.
        staff = carriers[0] if dice.chance(0.34) else dice.choice(carriers)
        if visit is None:
            assigned_at, due_at = dice.office_hour(clock, -int(dice.triangular(0, 60, 3))), None
        else:
            due_at = visit["scheduled_at"]
            assigned_at = min(max(visit["created_at"], due_at - timedelta(days=dice.randint(1, 4))), clock.now)
        remarks = dice.choice(OFFICE_REMARKS[role] if visit is None else VISIT_REMARKS[visit["status"]])
        _add_task(company, dice, staff, visit, remarks, assigned_at, due_at or assigned_at + timedelta(hours=48))


def _add_task(
    company: Company, dice: Dice, staff: Row, visit: Row | None, remarks: str, assigned_at: datetime, due_at: datetime
) -> None:
    now = company.clock.now
    if due_at < now - timedelta(days=2):
        status = dice.weighted({"Completed": 88, "Cancelled": 7, "Blocked": 3, "In Progress": 2})
    else:
        status = dice.weighted({"Assigned": 52, "In Progress": 26, "Blocked": 6, "Completed": 16})
    latest = min(max(due_at, assigned_at), now)
    done_at = min(dice.awake(dice.between(assigned_at, latest)), now) if status == "Completed" else None
    company.add(
        "admin_task_tracking", assigned_at, staff_id=staff["id"], visit_service_id=visit["id"] if visit else None,
        task_status=status, remarks=remarks, assigned_date=assigned_at, completed_date=done_at,
        updated_at=done_at or assigned_at,
    )  # fmt: skip


def add_messages(company: Company) -> None:
    """Messages from visiting staff to their patients, mostly in the last weeks."""
    dice, now = company.dice("messages"), company.clock.now
    demo = {company.staff(role)[0]["id"] for role in ("Doctor", "Nurse", "Caregiver")}
    desk = [row["id"] for row in company.staff("Coordinator")]
    visits = [v for v in company.rows["visit_services"] if v["staff_id"] and v["created_at"] < now - timedelta(hours=3)]
    recent = [v for v in visits if v["scheduled_at"] > now - timedelta(days=30)]
    own = [v for v in recent if v["staff_id"] in demo]
    messages = []
    for n in range(MESSAGE_COUNT):
        visit = dice.choice((visits, recent, recent, own)[n % 4])
        latest = min(visit["scheduled_at"], now)
        sent_at = min(dice.awake(dice.between(max(visit["created_at"], latest - timedelta(days=2)), latest)), now)
        read_at = sent_at + timedelta(minutes=dice.triangular(1, 1500, 12) // 1)
        messages.append({
            "sender_id": dice.choice(desk) if dice.chance(0.2) and n % 4 != 3 else visit["staff_id"],
            "receiver_id": visit["patient_id"], "message": dice.choice(MESSAGES), "type": "text",
            "attachment_path": None, "attachment_filename": None, "attachment_mime_type": None,
            "read_at": read_at if read_at < now and dice.chance(0.8) else None, "created_at": sent_at,
        })  # fmt: skip
    for message in sorted(messages, key=lambda row: (row["created_at"], row["receiver_id"])):
        company.add("messages", **message)
