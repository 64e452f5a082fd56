//! The parts of a schema and how they lead to each other. No recursion: a chain of references can be as long as the schema.

use std::collections::HashMap;

use serde_json::Value;

use crate::part::{Children, Part, Place, brief};
use crate::{Cost, MAX_DEPTH, MAX_NESTING, MAX_PARTS, MAX_PATTERNS, MAX_WORK, SchemaError};

/// Every part that a value can be compared with. The first is the schema itself.
pub(crate) struct Graph {
    parts: Vec<Part<usize>>,
    /// What a part hands the same value to stands before the part.
    order: Vec<usize>,
}

impl Graph {
    /// Follows every keyword and every reference once.
    pub(crate) fn of(schema: &Value) -> Result<Graph, SchemaError> {
        let mut places: Vec<Place<'_>> = vec![(String::new(), schema)];
        // By address: two places with the same text are two parts.
        let mut numbers = HashMap::from([(std::ptr::from_ref(schema), 0)]);
        let (mut parts, mut patterns) = (Vec::new(), 0);
        while let Some((pointer, schema_part)) = places.get(parts.len()) {
            let part = Part::read(pointer, schema_part, schema)?;
            patterns += usize::try_from(part.patterns).unwrap_or(usize::MAX);
            if patterns > MAX_PATTERNS {
                return Err(SchemaError::Patterns);
            }
            for place in part.places() {
                numbers.entry(std::ptr::from_ref(place.1)).or_insert_with(|| {
                    places.push(place.clone());
                    places.len() - 1
                });
            }
            if places.len() > MAX_PARTS {
                return Err(SchemaError::Parts);
            }
            parts.push(part);
        }
        let number = |place: Place<'_>| numbers.get(&std::ptr::from_ref(place.1)).copied().unwrap_or_default();
        let parts: Vec<Part<usize>> = parts.into_iter().map(|part| part.map(number)).collect();
        let order = order(&parts).map_err(|part| {
            let pointer = places.get(part).map(|(pointer, _)| brief(pointer)).unwrap_or_default();
            SchemaError::Cycle { pointer }
        })?;
        Ok(Graph { parts, order })
    }

    /// The worst case for a value of [`MAX_NESTING`] levels, computed level by level from the leaves.
    pub(crate) fn cost(&self) -> Result<Cost, SchemaError> {
        let mut below = vec![Cost::default(); self.parts.len()];
        for _ in 0..=MAX_NESTING {
            let mut costs = vec![Cost::default(); self.parts.len()];
            for (number, part) in self.order.iter().filter_map(|number| Some((*number, self.parts.get(*number)?))) {
                if let Some(cost) = costs.get(number).map(|_| part.cost(&costs, &below))
                    && let Some(slot) = costs.get_mut(number)
                {
                    *slot = cost;
                }
            }
            if costs == below {
                break;
            }
            below = costs;
        }
        let cost = below.first().copied().unwrap_or_default();
        if cost.work > MAX_WORK {
            return Err(SchemaError::Work);
        }
        if cost.depth > MAX_DEPTH {
            return Err(SchemaError::Depth);
        }
        Ok(cost)
    }
}

impl Part<usize> {
    fn cost(&self, here: &[Cost], below: &[Cost]) -> Cost {
        let same = sum(&self.same, here);
        let members = self.members.cost(below);
        let items = self.items.cost(below);
        // A value is an object or a list.
        let child = members.most(items);
        Cost {
            work: self.work.saturating_add(same.plus(child).work.saturating_mul(self.repeat)),
            patterns: self.patterns.saturating_add(same.plus(child).patterns.saturating_mul(self.repeat)),
            depth: 1 + same.depth.max(child.depth),
        }
    }
}

impl Children<usize> {
    fn cost(&self, below: &[Cost]) -> Cost {
        let one = self.one.iter().filter_map(|number| below.get(*number)).fold(Cost::default(), |a, b| a.most(*b));
        one.plus(sum(&self.all, below))
    }
}

fn sum(parts: &[usize], costs: &[Cost]) -> Cost {
    parts.iter().filter_map(|number| costs.get(*number)).fold(Cost::default(), |a, b| a.plus(*b))
}

impl Cost {
    /// One after the other.
    fn plus(self, other: Cost) -> Cost {
        Cost {
            work: self.work.saturating_add(other.work),
            patterns: self.patterns.saturating_add(other.patterns),
            depth: self.depth.max(other.depth),
        }
    }

    /// One or the other.
    fn most(self, other: Cost) -> Cost {
        Cost {
            work: self.work.max(other.work),
            patterns: self.patterns.max(other.patterns),
            depth: self.depth.max(other.depth),
        }
    }
}

/// Numbers of all parts, each behind those that it hands the same value to; a part that leads back to itself when there is one.
fn order(parts: &[Part<usize>]) -> Result<Vec<usize>, usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; parts.len()];
    let mut order = Vec::with_capacity(parts.len());
    for start in 0..parts.len() {
        let mut open = vec![(start, false)];
        while let Some((number, leave)) = open.pop() {
            let Some(state) = states.get_mut(number) else { continue };
            if leave {
                *state = State::Done;
                order.push(number);
            } else if *state == State::New {
                *state = State::Open;
                open.push((number, true));
                let next = parts.get(number).map(|part| part.same.as_slice()).unwrap_or_default();
                if let Some(back) = next.iter().find(|next| states.get(**next) == Some(&State::Open)) {
                    return Err(*back);
                }
                open.extend(next.iter().map(|next| (*next, false)));
            }
        }
    }
    Ok(order)
}
