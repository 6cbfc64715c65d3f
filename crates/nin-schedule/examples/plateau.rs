//! A plateau schedule with its stop rule and the best epoch, over made-up accuracies.
//!
//! `cargo run -p nin-schedule --example plateau`

use nin_schedule::{RateChange, ScheduleConfig, ScheduleError};

fn main() -> Result<(), ScheduleError> {
    let config = ScheduleConfig { patience: 1, max_reduce: 3, ..Default::default() };
    let mut schedule = config.schedule(0.001, 1500)?;
    let mut stop = config.stop();
    let mut tracker = config.best_tracker();

    let accuracies = [0.42, 0.67, 0.74, 0.74, 0.73, 0.81, 0.80, 0.81, 0.82, 0.82, 0.82];
    for (epoch, accuracy) in (1..).zip(accuracies) {
        let lr = schedule.lr();
        let change = schedule.step_epoch(accuracy);
        let best = if tracker.observe(epoch, accuracy) { ", best so far" } else { "" };
        let cut = if change == RateChange::Cut { ", rate cut" } else { "" };
        println!("epoch {epoch:2}: lr {lr:.0e}, accuracy {accuracy:.2}{best}{cut}");
        if let Some(reason) = stop.step_epoch(epoch, change) {
            println!("stopped: {reason}");
            break;
        }
    }
    Ok(())
}
