//! The machine that a pickle is a program for, without its dangerous part.

use std::collections::HashMap;

use super::callable::Callable;
use super::cursor::Cursor;
use super::opcode::*;
use super::value::{Heap, Value};
use crate::ModelError;

/// The value that a pickle describes, and what it consists of.
///
/// # Errors
///
/// The place and the problem: an instruction that `torch.save` does not write,
/// one without the values that it needs, a name not on the list.
pub(super) fn run(pickle: &[u8]) -> Result<(Value<'_>, Heap<'_>), ModelError> {
    let mut machine = Machine {
        code: Cursor::new(pickle),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        heap: Heap::default(),
    };
    loop {
        let place = machine.code.position();
        let done = machine.step().map_err(|problem| {
            ModelError::checkpoint(format!("data.pkl, byte {place}: {problem}"))
        })?;
        if let Some(result) = done {
            return Ok((result, machine.heap));
        }
    }
}

struct Machine<'a> {
    code: Cursor<'a>,
    stack: Vec<Value<'a>>,
    /// Heights of the stack at each MARK.
    marks: Vec<usize>,
    /// A map, since an index may be any number.
    memo: HashMap<u32, Value<'a>>,
    heap: Heap<'a>,
}

impl<'a> Machine<'a> {
    /// Does one instruction; the result if it was the last.
    fn step(&mut self) -> Result<Option<Value<'a>>, String> {
        let value = match self.code.byte()? {
            STOP => return self.stop().map(Some),
            NONE => Value::None,
            NEWTRUE | NEWFALSE => Value::Bool,
            BININT => Value::Int(i32::from_le_bytes(self.code.array()?).into()),
            BININT1 => Value::Int(self.code.byte()?.into()),
            BININT2 => Value::Int(u16::from_le_bytes(self.code.array()?).into()),
            LONG1 => self.long()?,
            BINFLOAT => {
                self.code.take(8)?;
                Value::Float
            }
            SHORT_BINUNICODE => {
                let len = self.code.byte()?;
                Value::Text(self.code.text(len.into())?)
            }
            BINUNICODE => {
                let len = self.code.u32()?;
                Value::Text(self.code.text(len as usize)?)
            }
            EMPTY_TUPLE => self.tuple(self.stack.len()),
            TUPLE => {
                let start = self.pop_mark()?;
                self.tuple(start)
            }
            opcode @ (TUPLE1 | TUPLE2 | TUPLE3) => {
                let len = usize::from(opcode - TUPLE1) + 1;
                self.need(len)?;
                self.tuple(self.stack.len() - len)
            }
            EMPTY_LIST => Value::List,
            EMPTY_DICT => self.heap.new_dict(),
            BINGET => {
                let index = self.code.byte()?;
                self.recall(index.into())?
            }
            LONG_BINGET => {
                let index = self.code.u32()?;
                self.recall(index)?
            }
            GLOBAL => {
                let (module, name) = (self.code.line()?, self.code.line()?);
                Value::Callable(Callable::find(module, name)?)
            }
            STACK_GLOBAL => match (self.pop()?, self.pop()?) {
                (Value::Text(name), Value::Text(module)) => {
                    Value::Callable(Callable::find(module, name)?)
                }
                _ => return Err("the name of a function that is no text".to_owned()),
            },
            REDUCE => match (self.pop()?, self.pop()?) {
                (Value::Tuple(arguments), Value::Callable(callable)) => {
                    callable.call(arguments, &mut self.heap)?
                }
                (_, called) => return Err(format!("a call of {}", called.kind())),
            },
            BINPERSID => match self.pop()? {
                Value::Tuple(tuple) => Value::Storage(tuple),
                other => return Err(format!("{} in place of a storage", other.kind())),
            },
            opcode => return self.change(opcode).map(|()| None),
        };
        self.stack.push(value);
        Ok(None)
    }

    /// Does an instruction that adds no value.
    fn change(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            PROTO => match self.code.byte()? {
                2..=5 => Ok(()),
                other => Err(format!("pickle protocol {other}, want 2 to 5")),
            },
            // The length of what follows.
            FRAME => self.code.take(8).map(drop),
            MARK => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            BINPUT => {
                let index = self.code.byte()?;
                self.remember(index.into())
            }
            LONG_BINPUT => {
                let index = self.code.u32()?;
                self.remember(index)
            }
            // There are fewer entries than bytes of the pickle.
            MEMOIZE => self.remember(self.memo.len() as u32),
            APPEND => self.append(self.stack.len().saturating_sub(1)),
            APPENDS => {
                let start = self.pop_mark()?;
                self.append(start)
            }
            SETITEM => self.set_items(self.stack.len().saturating_sub(2)),
            SETITEMS => {
                let start = self.pop_mark()?;
                self.set_items(start)
            }
            // The attributes of an object: of a state_dict its `_metadata`.
            BUILD => {
                self.pop()?;
                match self.top()? {
                    Value::Dict(_) | Value::Tensor(_) | Value::Other(_) => Ok(()),
                    other => Err(format!("attributes of {}", other.kind())),
                }
            }
            _ => Err(format!("opcode 0x{opcode:02x}, which torch.save does not write")),
        }
    }

    fn stop(&mut self) -> Result<Value<'a>, String> {
        if !self.code.is_at_end() {
            return Err("the pickle goes on behind its end".to_owned());
        }
        self.pop()
    }

    /// An integer of up to 255 bytes.
    fn long(&mut self) -> Result<Value<'a>, String> {
        let len = self.code.byte()?;
        let bytes = self.code.take(len.into())?;
        if bytes.len() > 8 {
            return Ok(Value::Other("int"));
        }
        let is_negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut extended = [if is_negative { 0xff } else { 0 }; 8];
        extended[..bytes.len()].copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(extended)))
    }

    /// Checks that `len` values lie above the last mark.
    fn need(&self, len: usize) -> Result<(), String> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() - floor < len {
            return Err("there are too few values for this instruction".to_owned());
        }
        Ok(())
    }

    fn top(&self) -> Result<Value<'a>, String> {
        self.need(1)?;
        Ok(self.stack[self.stack.len() - 1])
    }

    fn pop(&mut self) -> Result<Value<'a>, String> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// Where the values above the last mark begin.
    fn pop_mark(&mut self) -> Result<usize, String> {
        self.marks.pop().ok_or_else(|| "no mark stands before this instruction".to_owned())
    }

    /// The values from `start` on, as a tuple.
    fn tuple(&mut self, start: usize) -> Value<'a> {
        let tuple = self.heap.new_tuple(&self.stack[start..]);
        self.stack.truncate(start);
        tuple
    }

    /// Adds the values from `start` on to the list below.
    fn append(&mut self, start: usize) -> Result<(), String> {
        self.need(self.stack.len() - start + 1)?;
        self.stack.truncate(start);
        match self.top()? {
            Value::List | Value::Other(_) => Ok(()),
            other => Err(format!("items for {}", other.kind())),
        }
    }

    /// Adds the keys and values from `start` on to the dictionary below.
    fn set_items(&mut self, start: usize) -> Result<(), String> {
        self.need(self.stack.len() - start + 1)?;
        let (pairs, rest) = self.stack[start..].as_chunks::<2>();
        if !rest.is_empty() {
            return Err("a key without a value".to_owned());
        }
        match self.stack[start - 1] {
            Value::Dict(dict) => {
                for &[key, value] in pairs {
                    self.heap.insert(dict, key, value);
                }
            }
            Value::Other(_) => {}
            other => return Err(format!("keys for {}", other.kind())),
        }
        self.stack.truncate(start);
        Ok(())
    }

    fn remember(&mut self, index: u32) -> Result<(), String> {
        let top = self.top()?;
        self.memo.insert(index, top);
        Ok(())
    }

    fn recall(&self, index: u32) -> Result<Value<'a>, String> {
        let value = self.memo.get(&index).copied();
        value.ok_or_else(|| format!("there is no value number {index}"))
    }
}
