//! The API as its descriptors state it: every rpc with its comment, its refusals and the shape of its request.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};

/// Reasons that any call may be refused for, whatever its comment says.
pub const ANYWHERE: [&str; 12] = [
    "CONTENTION",
    "CREDENTIAL_INVALID",
    "DATABASE_UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "DRAINING",
    "INTERNAL",
    "MERCHANT_DENIED",
    "OVERLOADED",
    "STARTING",
    "STORAGE_CORRUPT",
    "STORAGE_FAILED",
    "STORAGE_FULL",
];

/// One service of the pair, as reflection shows it.
pub struct Api {
    /// `inventory` or `catalogue`.
    pub name: &'static str,
    /// Every rpc, in the order of the files.
    pub rpcs: Vec<Rpc>,
    messages: BTreeMap<String, DescriptorProto>,
    reasons: BTreeSet<String>,
}

/// One rpc.
#[derive(Clone, Debug)]
pub struct Rpc {
    /// The service with its package: `oms.inventory.v1.IskuService`.
    pub service: String,
    /// The name: `CreateIsku`.
    pub name: String,
    /// What is written above it.
    pub comment: String,
    /// The full name of its request message.
    pub request: String,
    /// The full name of the message, or of each message, of its answer.
    pub answer: String,
    /// Whether the request is a stream of messages.
    pub client_streaming: bool,
    /// The reasons that its comment names after `Refusals:`.
    pub refusals: BTreeSet<String>,
}

impl Api {
    /// The API of inventory-svc.
    pub fn inventory() -> Self {
        Self::decode("inventory", proto::inventory::DESCRIPTORS)
    }

    /// The API of catalogue-svc.
    pub fn catalogue() -> Self {
        Self::decode("catalogue", proto::catalogue::DESCRIPTORS)
    }

    /// A message of the API by its full name.
    pub fn message(&self, name: &str) -> &DescriptorProto {
        self.messages.get(name.trim_start_matches('.')).unwrap_or_else(|| panic!("no message {name}"))
    }

    /// The reasons that its enums name, without prefix.
    pub fn reasons(&self) -> &BTreeSet<String> {
        &self.reasons
    }

    fn decode(name: &'static str, descriptors: &[u8]) -> Self {
        let files = FileDescriptorSet::decode(descriptors).expect("the descriptors decode").file;
        let mut api = Self { name, rpcs: Vec::new(), messages: BTreeMap::new(), reasons: BTreeSet::new() };
        for file in &files {
            for message in &file.message_type {
                api.take(file.package(), message);
            }
            for reasons in file.enum_type.iter().filter(|found| found.name() == "ErrorReason") {
                let names =
                    reasons.value.iter().map(|value| value.name().trim_start_matches("ERROR_REASON_").to_owned());
                api.reasons.extend(names.filter(|name| name != "UNSPECIFIED"));
            }
        }
        api.rpcs = files.iter().flat_map(rpcs).collect();
        api.follow_references();
        api
    }

    fn take(&mut self, prefix: &str, message: &DescriptorProto) {
        let name = format!("{prefix}.{}", message.name());
        for nested in &message.nested_type {
            self.take(&name, nested);
        }
        self.messages.insert(name, message.clone());
    }

    /// `Refusals: as MapListing.` stands for the refusals of MapListing.
    fn follow_references(&mut self) {
        let known: BTreeMap<String, BTreeSet<String>> =
            self.rpcs.iter().map(|rpc| (rpc.name.clone(), rpc.refusals.clone())).collect();
        for rpc in &mut self.rpcs {
            let reference = rpc.comment.split("Refusals: as ").nth(1).and_then(|rest| rest.split('.').next());
            if let Some(refusals) = reference.and_then(|name| known.get(name.trim())) {
                rpc.refusals.extend(refusals.clone());
            }
        }
    }
}

impl Rpc {
    /// The path of its HTTP request.
    pub fn path(&self) -> String {
        format!("/{}/{}", self.service, self.name)
    }

    /// Whether it only reads: it may be asked at any time, and again.
    pub fn is_question(&self) -> bool {
        const VERBS: [&str; 9] =
            ["BatchGet", "Get", "List", "Resolve", "Search", "Trace", "Validate", "Verify", "Watch"];
        VERBS.iter().any(|verb| self.name.starts_with(verb))
    }

    /// Whether its answers have no end: a watch is cut off when its first message is there.
    pub fn is_endless(&self) -> bool {
        self.name.starts_with("Watch")
    }

    /// The method of the generated client: `create_isku`.
    pub fn method(&self) -> String {
        let mut method = String::new();
        for c in self.name.chars() {
            if c.is_ascii_uppercase() && !method.is_empty() {
                method.push('_');
            }
            method.push(c.to_ascii_lowercase());
        }
        method
    }
}

fn rpcs(file: &FileDescriptorProto) -> Vec<Rpc> {
    let services = file.service.iter().enumerate();
    let all = services.flat_map(|(service_at, service)| {
        service.method.iter().enumerate().map(move |(at, method)| {
            let comment = comment(file, &[6, service_at, 2, at]);
            Rpc {
                service: format!("{}.{}", file.package(), service.name()),
                name: method.name().to_owned(),
                refusals: refusals(&comment),
                comment,
                request: method.input_type().trim_start_matches('.').to_owned(),
                answer: method.output_type().trim_start_matches('.').to_owned(),
                client_streaming: method.client_streaming(),
            }
        })
    });
    all.collect()
}

fn comment(file: &FileDescriptorProto, path: &[usize]) -> String {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let mut here = locations.filter(|found| found.path.iter().map(|at| *at as usize).eq(path.iter().copied()));
    here.next().map(|found| found.leading_comments().to_owned()).unwrap_or_default()
}

/// The words in capitals after `Refusals:`.
fn refusals(comment: &str) -> BTreeSet<String> {
    let listed = comment.split("Refusals:").nth(1).unwrap_or_default();
    let words = listed.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    words.filter(|word| word.len() > 3).map(str::to_owned).collect()
}
