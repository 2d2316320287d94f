"""syncd keeps an applicant tracking system and HeyMilo in step."""

__version__ = "0.1.0"
