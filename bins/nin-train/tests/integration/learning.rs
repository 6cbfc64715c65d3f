//! What learns says so, and what does not claims nothing.

use crate::common::{Place, ended, set};

#[test]
fn the_default_recipe_learns_forty_pictures() {
    let place = Place::new();
    let mut command = place.nin_train();
    command.arg("--dataset").arg(set("tiny_ok"));
    command.args(["--max-epoch=30", "--val=0", "--model-base-path=run"]);
    ended(&mut command).well();
    let losses = place.numbers("run", "train_loss");
    assert_eq!(losses.len(), 30);
    assert!(losses[29] < 1.0, "{losses:?}");
}

#[test]
fn a_rate_that_is_far_too_high_is_no_convergence() {
    let place = Place::new();
    let mut command = place.nin_train();
    command.arg("--dataset").arg(set("tiny_ok"));
    command.args(["--lr=10", "--max-epoch=10", "--val=0", "--model-base-path=run"]);
    // Without batch normalisation, which bears any rate.
    command.args(["--set=model.norm=none", "--set=model.last_relu=true", "--image-size=14"]);
    let ended = ended(&mut command);
    assert!(!ended.out.contains("converged"), "{}", ended.out);
    match ended.code {
        Some(4) => assert!(ended.err.contains("not finite"), "{}", ended.err),
        code => {
            assert_eq!(code, Some(0), "{}", ended.err);
            assert!(ended.out.contains("Train Loss: 2.3026"), "{}", ended.out);
            assert!(ended.err.contains("the network is dead"), "{}", ended.err);
        }
    }
}
