"""The choices of text columns. The first of each list is the column's default, if it has one.
In the database these are text, not ENUM: a stored value outside the list is shown and kept (decision 16).
"""

from homecare.config import DEFAULT_ROLES

ROLES = tuple(sorted(DEFAULT_ROLES, key=lambda role: role != "Caregiver"))
STAFF_STATUSES = ("Active", "On Leave", "Suspended", "Inactive", "Terminated")
ASSIGNMENT_STATUSES = ("Assigned", "Confirmed", "In Progress", "Completed", "Cancelled", "No Show")
LIVE_ASSIGNMENT_STATUSES = ("Assigned", "Confirmed", "In Progress")
VISIT_STATUSES = ("Pending", "Scheduled", "In Progress", "Completed", "Missed", "Cancelled")
MESSAGE_TYPES = ("text", "image", "audio", "video", "file")
INVOICE_STATUSES = ("Pending", "Paid", "Overdue", "Cancelled", "Refunded")
CLAIM_STATUSES = ("Submitted", "Under Review", "Approved", "Partially Approved", "Rejected", "Paid", "Appealed")
INVENTORY_STATUSES = ("Available", "In Use", "Reserved", "Maintenance", "Expired", "Lost", "Retired")
TASK_STATUSES = ("Assigned", "In Progress", "Blocked", "Completed", "Cancelled")
REFERRAL_STATUSES = ("Requested", "Accepted", "Scheduled", "Completed", "Rejected", "Cancelled")
CAMPAIGN_STATUSES = ("Planned", "Active", "Paused", "Completed", "Cancelled")
LEAD_STATUSES = ("New", "Contacted", "Qualified", "Converted", "Unqualified", "Lost")
MARKETING_TASK_STATUSES = ("Pending", "In Progress", "Completed", "Cancelled")
PRIORITIES = ("Medium", "Low", "High", "Urgent")
CONTENT_TYPES = ("Image", "Video", "Post", "Story", "Email", "SMS", "Flyer", "Blog")
METRIC_NAMES = ("impressions", "reach", "clicks", "sessions", "form_submissions", "leads", "spend", "video_views")
BROADCAST_STATUSES = ("Draft", "Scheduled", "Broadcast", "Cancelled")
VISA_STATUSES = (
    "Not Started", "Documents Pending", "Submitted", "Interview", "Approved", "Rejected", "Expired",
)  # fmt: skip
GENDERS = ("Female", "Male", "Other", "Unknown")
PATIENT_SOURCES = (
    "Walk-in", "Phone Call", "Website", "Telegram", "Facebook", "Referral", "Hospital Discharge", "NGO", "Event",
)  # fmt: skip
ACQUISITION_CHANNELS = (
    "Organic", "Paid Social", "Paid Search", "Referral", "Partner Hospital", "NGO", "Event", "Offline", "Direct",
)  # fmt: skip
ORG_TYPES = ("NGO", "INGO", "Faith-based", "Community", "Government")
ENGAGEMENT_LEVELS = ("Low", "Medium", "High", "Strategic")
