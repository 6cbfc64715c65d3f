//! nin-schedule.
