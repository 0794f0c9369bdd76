//! What is compared with what, and what is hoped for.

use super::{
    load::{
        Rpc::{self, Batch, Check, Denied, Reserve, Resolve},
        Who,
    },
    orders::Pattern::{self, Fresh, Hot, HotForADay, Kits, Uniform, Zipf},
    stage::Engine::{self, Postgres, Sqlite},
};

/// Contestants that are measured one after the other in each round.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) contestants: &'static [Contestant],
    pub(crate) lines: &'static [Line],
}

/// Who is measured.
#[derive(Debug)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A load on a service with so many calls in flight.
    Calls(Host, Rpc, Pattern, usize),
    /// The same, and who is refused asks again at once.
    Insisting(Host, Rpc, Pattern, usize),
    /// So many calls a second, whether those before are answered or not.
    Open(Host, Rpc, Pattern, u64),
    /// A load of the host's first merchant, with so many calls in flight, while its second one makes so many calls a second.
    Beside(Host, Rpc, Pattern, usize, u64),
    /// What most people write, at its best client count.
    Most(Pattern),
    /// The same with one client.
    MostAlone(Pattern),
    /// What an expert writes, at its best client count.
    Expert(Pattern),
    /// The batches of BatchReserve as bare SQL.
    Bare(Pattern),
    /// ISKUs by codes from the tables of a service, at the best client count.
    AnyCode(Host),
}

/// A service with a database of its own, shared by the contestants of a group that name the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) engine: Engine,
    pub(crate) iskus: u64,
    pub(crate) replicas: usize,
    /// Reservations of the first ISKU that are open before the first round.
    pub(crate) open: u64,
    pub(crate) pace: Pace,
    /// Whose credentials it knows; none where authentication is off.
    pub(crate) merchants: &'static [&'static str],
}

/// How fast a service can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As fast as it is, with default settings.
    AsItIs,
    /// PostgreSQL takes so much longer for each commit, of so many commands at most: its capacity is known.
    Slowed { calls_max: usize, batch_max: usize, commit_ms: u64 },
}

impl Host {
    /// Whoever may call it.
    pub(crate) fn callers(&self) -> Vec<Who> {
        match self.merchants {
            [] => vec![Who::Anybody],
            merchants => merchants.iter().map(|name| Who::Merchant(name)).collect(),
        }
    }
}

/// A line of the table.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) what: &'static str,
    pub(crate) of: Of,
    pub(crate) goal: Goal,
}

/// How a line comes from figures.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of {
    /// Speed of one by that of another.
    Speed(&'static str, &'static str),
    /// The same where each order of the first has three components.
    Components(&'static str, &'static str),
    P50(&'static str, &'static str),
    P99(&'static str, &'static str),
    /// Processor time of the service for one order in microseconds.
    ServiceCpu(&'static str),
    /// The same of PostgreSQL.
    PostgresCpu(&'static str),
    /// Processor time of the service for one call, answered or refused, by that of another.
    CallCpu(&'static str, &'static str),
    /// How long it takes to be refused, in milliseconds: all but one of a hundred.
    RefusalP99(&'static str),
    /// Memory of the service of one contestant in MiB, before the first call.
    IdleMemory(&'static str),
    /// The most that it ever had.
    PeakMemory(&'static str),
}

/// What is hoped for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// To be known.
    None,
}

use Goal::{AtLeast, AtMost};
use Kind::{AnyCode, Bare, Beside, Calls, Expert, Insisting, Most, MostAlone, Open};
use Of::{CallCpu, Components, IdleMemory, P50, P99, PeakMemory, PostgresCpu, RefusalP99, ServiceCpu, Speed};

/// Orders or codes of one call that takes many.
pub(crate) const PER_CALL: usize = 100;

/// The service that most is measured on.
pub(crate) const HOST: Host =
    Host { engine: Postgres, iskus: 10_000, replicas: 1, open: 0, pace: Pace::AsItIs, merchants: &[] };
const LARGE: Host = Host { iskus: 1_000_000, ..HOST };
const PAIR: Host = Host { replicas: 2, ..HOST };
const FILE: Host = Host { engine: Sqlite, ..HOST };
/// Makes at most 800 orders a second: 16 in each 20 ms.
const SLOWED: Host = Host { iskus: 1_000, pace: Pace::Slowed { calls_max: 64, batch_max: 16, commit_ms: 20 }, ..HOST };
const SHARED: Host = Host { merchants: &["acme", "globex"], ..SLOWED };
/// Makes so few that a call is nearly always refused.
const STUCK: Host = Host { iskus: 100, pace: Pace::Slowed { calls_max: 8, batch_max: 4, commit_ms: 100 }, ..SLOWED };
const CROWDED: Host = Host { open: 100_000, ..HOST };

const fn who(name: &'static str, kind: Kind) -> Contestant {
    Contestant { name, kind }
}

const fn line(what: &'static str, of: Of, goal: Goal) -> Line {
    Line { what, of, goal }
}

/// All comparisons; each has databases of its own, which start empty and grow.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        name: "unary",
        contestants: &[
            who("N", Most(Uniform)),
            who("unary 256", Calls(HOST, Reserve, Uniform, 256)),
            who("E", Expert(Uniform)),
            who("N hot", Most(Hot)),
            who("unary 256 hot", Calls(HOST, Reserve, Hot, 256)),
            who("empty 256", Calls(HOST, Check, Uniform, 256)),
        ],
        lines: &[
            line("Reserve, 256 in flight ÷ N", Speed("unary 256", "N"), AtLeast(8.0)),
            line("the same on one hot ISKU ÷ N hot", Speed("unary 256 hot", "N hot"), AtLeast(25.0)),
            line("Reserve, 256 in flight ÷ E", Speed("unary 256", "E"), AtLeast(2.8)),
            line("hot ÷ uniform", Speed("unary 256 hot", "unary 256"), AtLeast(1.0)),
            line("CPU per Reserve, service, µs", ServiceCpu("unary 256"), Goal::None),
            line("CPU per Reserve, PostgreSQL, µs", PostgresCpu("unary 256"), Goal::None),
            line("CPU per order of N, PostgreSQL, µs", PostgresCpu("N"), Goal::None),
            line("calls that do nothing, 256 in flight ÷ N", Speed("empty 256", "N"), Goal::None),
            line("CPU per call that does nothing, service, µs", ServiceCpu("empty 256"), Goal::None),
        ],
    },
    Group {
        name: "batch",
        contestants: &[
            who("N", Most(Uniform)),
            who("batch", Calls(HOST, Batch, Uniform, 8)),
            who("bare", Bare(Uniform)),
            who("N hot", Most(Hot)),
            who("batch hot", Calls(HOST, Batch, Hot, 8)),
        ],
        lines: &[
            line("BatchReserve, 100 orders a call ÷ N", Speed("batch", "N"), AtLeast(14.0)),
            line("the same on one hot ISKU ÷ N hot", Speed("batch hot", "N hot"), AtLeast(55.0)),
            line("BatchReserve ÷ the same batches as bare SQL", Speed("batch", "bare"), AtLeast(0.75)),
            line("CPU per order of BatchReserve, service, µs", ServiceCpu("batch"), Goal::None),
            line("CPU per order of BatchReserve, PostgreSQL, µs", PostgresCpu("batch"), Goal::None),
        ],
    },
    Group {
        name: "shape",
        contestants: &[
            who("singles", Calls(HOST, Reserve, Uniform, 256)),
            who("kits", Calls(HOST, Reserve, Kits, 256)),
            who("zipf", Calls(HOST, Reserve, Zipf, 256)),
        ],
        lines: &[
            line("kits of three ÷ singles, components/s", Components("kits", "singles"), AtLeast(1.0)),
            line("Zipf ÷ uniform", Speed("zipf", "singles"), Goal::None),
        ],
    },
    Group {
        name: "flight",
        contestants: &[
            who("N 1", MostAlone(Uniform)),
            who("1", Calls(HOST, Reserve, Uniform, 1)),
            who("8", Calls(HOST, Reserve, Uniform, 8)),
            who("64", Calls(HOST, Reserve, Uniform, 64)),
            who("256", Calls(HOST, Reserve, Uniform, 256)),
            who("2048", Calls(HOST, Reserve, Uniform, 2_048)),
        ],
        lines: &[
            line("p50 with 1 in flight ÷ p50 of N with 1 client", P50("1", "N 1"), AtMost(1.6)),
            line("p99 of accepted calls, 2,048 ÷ 256 in flight", P99("2048", "256"), AtMost(4.0)),
            line("2,048 ÷ 256 in flight, accepted", Speed("2048", "256"), Goal::None),
            line("64 ÷ 256 in flight", Speed("64", "256"), Goal::None),
            line("8 ÷ 256 in flight", Speed("8", "256"), Goal::None),
            line("memory of the service, idle, MiB", IdleMemory("256"), AtMost(30.0)),
            line("memory of the service, full load, MiB", PeakMemory("256"), AtMost(120.0)),
        ],
    },
    Group {
        name: "large",
        contestants: &[
            who("10,000", Calls(HOST, Reserve, Uniform, 256)),
            who("1,000,000", Calls(LARGE, Reserve, Uniform, 256)),
        ],
        lines: &[line("1,000,000 ÷ 10,000 ISKUs", Speed("1,000,000", "10,000"), AtLeast(0.7))],
    },
    Group {
        name: "sqlite",
        contestants: &[
            who("PostgreSQL", Calls(HOST, Reserve, Uniform, 256)),
            who("SQLite", Calls(FILE, Reserve, Uniform, 256)),
        ],
        lines: &[line("SQLite ÷ PostgreSQL", Speed("SQLite", "PostgreSQL"), AtLeast(0.9))],
    },
    Group {
        name: "resolve",
        contestants: &[who("= ANY", AnyCode(HOST)), who("ResolveIskus", Calls(HOST, Resolve, Uniform, 16))],
        lines: &[line("ResolveIskus of 100 ÷ = ANY(100), codes/s", Speed("ResolveIskus", "= ANY"), AtLeast(0.5))],
    },
    Group {
        name: "open",
        contestants: &[
            who("few open", Calls(CROWDED, Reserve, Fresh, 256)),
            who("100,000 open", Calls(CROWDED, Reserve, HotForADay, 256)),
        ],
        lines: &[line("100,000 ÷ few open on one ISKU", Speed("100,000 open", "few open"), AtLeast(0.85))],
    },
    Group {
        name: "replicas",
        contestants: &[who("one", Calls(HOST, Reserve, Uniform, 256)), who("two", Calls(PAIR, Reserve, Uniform, 256))],
        lines: &[line("two replicas ÷ one", Speed("two", "one"), Goal::None)],
    },
    Group {
        name: "overload",
        contestants: &[
            who("capacity", Calls(SLOWED, Reserve, Uniform, 48)),
            who("3 × capacity", Open(SLOWED, Reserve, Uniform, 2_400)),
            who("empty 256", Calls(STUCK, Check, Uniform, 256)),
            who("refused", Insisting(STUCK, Reserve, Uniform, 1_024)),
            who("denied", Calls(STUCK, Denied, Uniform, 256)),
        ],
        lines: &[
            line("overload, open loop at 3 × capacity ÷ capacity", Speed("3 × capacity", "capacity"), AtLeast(0.9)),
            line("the same, refusals, p99, ms", RefusalP99("3 × capacity"), AtMost(5.0)),
            line("CPU of a refusal ÷ a call that does nothing", CallCpu("refused", "empty 256"), AtMost(1.3)),
            line("the same without a credential", CallCpu("denied", "empty 256"), AtMost(1.3)),
        ],
    },
    Group {
        name: "fair",
        contestants: &[
            who("alone", Calls(SHARED, Reserve, Uniform, 4)),
            who("beside", Beside(SHARED, Reserve, Uniform, 4, 2_400)),
        ],
        lines: &[
            line("orders of a merchant beside one that floods ÷ alone", Speed("beside", "alone"), Goal::None),
            line("p50 of the same", P50("beside", "alone"), Goal::None),
            line("p99 of the same", P99("beside", "alone"), Goal::None),
        ],
    },
];
