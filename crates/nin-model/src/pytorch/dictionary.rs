//! Where the weights are in what was saved.

use std::collections::BTreeMap;

use super::SAVE_WEIGHTS;
use super::printable::printable;
use super::value::{Dict, Heap, Tuple, Value};
use crate::ModelError;

/// Keys of a checkpoint under which programs put the weights, the most usual
/// first.
const WEIGHTS: [&str; 3] = ["model_state_dict", "state_dict", "model"];

/// Names and makings of the tensors, of a dictionary that has nothing else or
/// has such a one under a known key.
pub(super) fn tensors<'a>(
    root: Value<'a>,
    heap: &Heap<'a>,
) -> Result<BTreeMap<&'a str, Tuple>, ModelError> {
    let Value::Dict(root) = root else {
        return Err(ModelError::checkpoint(format!(
            "holds {}, not a dictionary of tensors: {SAVE_WEIGHTS}",
            root.kind()
        )));
    };
    let problem = match only_tensors(root, heap) {
        Ok(tensors) => return Ok(tensors),
        Err(problem) => problem,
    };
    for key in WEIGHTS {
        let values = heap.entries(root).filter(|entry| entry.0 == Value::Text(key));
        if let Some((_, Value::Dict(weights))) = values.last() {
            return only_tensors(weights, heap)
                .map_err(|problem| ModelError::checkpoint(format!("in {key}, {problem}")));
        }
    }
    let [first, second, third] = WEIGHTS;
    Err(ModelError::checkpoint(format!(
        "neither a dictionary of tensors ({problem}) nor one that has such a one as {first}, \
         {second} or {third}"
    )))
}

fn only_tensors<'a>(dict: Dict, heap: &Heap<'a>) -> Result<BTreeMap<&'a str, Tuple>, String> {
    heap.entries(dict)
        .map(|entry| match entry {
            (Value::Text(name), Value::Tensor(call)) => Ok((name, call)),
            (Value::Text(name), other) => {
                Err(format!("{} is {}, not a tensor", printable(name), other.kind()))
            }
            (key, _) => Err(format!("a key is {}, not a text", key.kind())),
        })
        .collect()
}
