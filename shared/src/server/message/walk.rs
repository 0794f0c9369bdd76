//! A walk over a message's bytes that makes nothing of them: it counts, and finds what no decoder would take.

use super::limits::{ELEMENTS_MAX, Field, Kind, Limits, Shape};

/// Messages, and groups of fields that are not known, inside each other.
const DEPTH_MAX: u32 = 64;

/// Why a message is not read, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The field's path: `items[2].code`; empty if it is the message itself.
    pub(super) path: String,
    pub(super) what: What,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It ends in the middle of a field.
    CutOff,
    /// No number of a field, or no type, or a number of more than 64 bits.
    Garbage,
    /// A field has another type.
    Type,
    /// A text is not UTF-8.
    NotUtf8,
    /// More inside each other than [`DEPTH_MAX`].
    TooDeep,
    /// More elements than the field may have.
    TooMany(u32),
    /// More elements in all than a message may have.
    TooManyInAll,
}

pub(super) struct Walk<'l> {
    limits: &'l Limits,
    /// How often each repeated field is there, of the message and those around it.
    counts: Vec<u32>,
    elements: u32,
    /// Where the fault is, from the innermost field outwards.
    path: String,
}

impl<'l> Walk<'l> {
    /// Goes through a message that has a shape.
    pub(super) fn through(limits: &'l Limits, shape: &Shape, message: &[u8]) -> Result<(), Fault> {
        let mut walk = Self { limits, counts: Vec::with_capacity(16), elements: 0, path: String::new() };
        let walked = walk.message(shape, message, 0);
        walked.map_err(|what| Fault { path: walk.path, what })
    }

    fn message(&mut self, shape: &Shape, message: &[u8], depth: u32) -> Result<(), What> {
        if depth > DEPTH_MAX {
            return Err(What::TooDeep);
        }
        let own = self.counts.len();
        self.counts.resize(own + shape.repeated, 0);
        let mut rest = Bytes(message);
        while !rest.0.is_empty() {
            let (number, wire) = rest.key()?;
            match shape.field(number) {
                Some(field) => {
                    let walked = self.field(field, wire, &mut rest, own, depth);
                    walked.inspect_err(|what| self.blame(field, *what, own))?;
                }
                None => rest.skip(number, wire, depth)?,
            }
        }
        self.counts.truncate(own);
        Ok(())
    }

    fn field(&mut self, field: &Field, wire: Wire, rest: &mut Bytes<'_>, own: usize, depth: u32) -> Result<(), What> {
        let expected = field.kind.wire();
        if wire != expected {
            let is_packed = wire == Wire::Length && expected != Wire::Length && field.repeated.is_some();
            return if is_packed { self.packed(field, rest.length()?, own) } else { Err(What::Type) };
        }
        self.count(field, own)?;
        match field.kind {
            Kind::Varint | Kind::Fixed32 | Kind::Fixed64 => rest.number(wire),
            Kind::Bytes => rest.length().map(drop),
            Kind::Text => std::str::from_utf8(rest.length()?).map(drop).map_err(|_| What::NotUtf8),
            Kind::Message(place) => {
                let message = rest.length()?;
                self.limits.shape(place).map_or(Ok(()), |shape| self.message(shape, message, depth + 1))
            }
        }
    }

    /// Numbers without keys between them.
    fn packed(&mut self, field: &Field, numbers: &[u8], own: usize) -> Result<(), What> {
        let mut numbers = Bytes(numbers);
        while !numbers.0.is_empty() {
            self.count(field, own)?;
            numbers.number(field.kind.wire())?;
        }
        Ok(())
    }

    /// Counts one element more of a field that repeats.
    fn count(&mut self, field: &Field, own: usize) -> Result<(), What> {
        let Some(repeated) = field.repeated else { return Ok(()) };
        let count = &mut self.counts[own + repeated.slot];
        *count += 1;
        self.elements += 1;
        if *count > repeated.items_max {
            return Err(What::TooMany(repeated.items_max));
        }
        if self.elements > ELEMENTS_MAX { Err(What::TooManyInAll) } else { Ok(()) }
    }

    /// Notes that a fault is in a field, in its last element where the field repeats and the fault is not their number.
    #[cold]
    fn blame(&mut self, field: &Field, what: What, own: usize) {
        let is_innermost = self.path.is_empty();
        let is_of_list = is_innermost && matches!(what, What::Type | What::TooMany(_) | What::TooManyInAll);
        let count = field.repeated.filter(|_| !is_of_list).map(|repeated| self.counts[own + repeated.slot]);
        let index = count.map(|count| format!("[{}]", count.saturating_sub(1))).unwrap_or_default();
        let dot = if is_innermost { "" } else { "." };
        self.path = format!("{}{index}{dot}{}", field.name, self.path);
    }
}

impl Kind {
    fn wire(self) -> Wire {
        match self {
            Self::Varint => Wire::Varint,
            Self::Fixed32 => Wire::Fixed32,
            Self::Fixed64 => Wire::Fixed64,
            Self::Bytes | Self::Text | Self::Message(_) => Wire::Length,
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    Varint,
    Fixed64,
    Length,
    Start,
    End,
    Fixed32,
}

/// What is left of a message.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, length: u64) -> Result<&'b [u8], What> {
        let length = usize::try_from(length).map_err(|_| What::CutOff)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(What::CutOff)?;
        self.0 = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, What> {
        if let Some((byte @ ..0x80, rest)) = self.0.split_first() {
            self.0 = rest;
            return Ok(u64::from(*byte));
        }
        let mut value = 0;
        for (at, byte) in self.0.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * at);
            if *byte < 0x80 {
                self.0 = &self.0[at + 1..];
                // The tenth byte has the last bit of 64.
                return if at == 9 && *byte > 1 { Err(What::Garbage) } else { Ok(value) };
            }
        }
        Err(if self.0.len() < 10 { What::CutOff } else { What::Garbage })
    }

    fn key(&mut self) -> Result<(u32, Wire), What> {
        let key = u32::try_from(self.varint()?).map_err(|_| What::Garbage)?;
        let wire = match key & 7 {
            0 => Wire::Varint,
            1 => Wire::Fixed64,
            2 => Wire::Length,
            3 => Wire::Start,
            4 => Wire::End,
            5 => Wire::Fixed32,
            _ => return Err(What::Garbage),
        };
        if key >> 3 == 0 { Err(What::Garbage) } else { Ok((key >> 3, wire)) }
    }

    fn length(&mut self) -> Result<&'b [u8], What> {
        let length = self.varint()?;
        self.take(length)
    }

    fn number(&mut self, wire: Wire) -> Result<(), What> {
        match wire {
            Wire::Varint => self.varint().map(drop),
            Wire::Fixed32 => self.take(4).map(drop),
            Wire::Fixed64 => self.take(8).map(drop),
            Wire::Length | Wire::Start | Wire::End => Err(What::Type),
        }
    }

    /// Passes a field that is not known.
    fn skip(&mut self, number: u32, wire: Wire, depth: u32) -> Result<(), What> {
        match wire {
            Wire::Varint | Wire::Fixed32 | Wire::Fixed64 => self.number(wire),
            Wire::Length => self.length().map(drop),
            Wire::Start if depth >= DEPTH_MAX => Err(What::TooDeep),
            Wire::Start => loop {
                match self.key()? {
                    (end, Wire::End) if end == number => return Ok(()),
                    (inner, wire) => self.skip(inner, wire, depth + 1)?,
                }
            },
            Wire::End => Err(What::Garbage),
        }
    }
}
