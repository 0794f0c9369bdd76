//! The API as its descriptors state it: every rpc with its comment, its refusals and the shape of its request.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet, field_descriptor_proto::Label};
use shared::descriptor::{FieldOptions, FileSet};

/// Reasons that any call may be refused for, whatever its comment says.
pub const ANYWHERE: [&str; 15] = [
    "CONTENTION",
    "CREDENTIAL_INVALID",
    "DATABASE_UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "DRAINING",
    "INTERNAL",
    "MERCHANT_DENIED",
    "MESSAGE_COMPRESSED",
    "MESSAGE_INVALID",
    "MESSAGE_TOO_LARGE",
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
    limits: BTreeMap<String, FieldOptions>,
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
    /// Bytes that a request message has at most.
    pub bytes_max: usize,
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

    /// What is stated of how often a field may be there: its message's full name, a dot and its own.
    pub fn stated(&self, field: &str) -> Option<&FieldOptions> {
        self.limits.get(field.trim_start_matches('.'))
    }

    /// Elements of a repeated field that are read at most.
    pub fn items_max(&self, message: &str, field: &str) -> usize {
        let stated = self.stated(&format!("{message}.{field}"));
        // What is not ours states nothing.
        stated.map_or(1_000, |stated| stated.items_max.max(stated.raw_items_max) as usize)
    }

    /// Every repeated field that a request can reach: its message's full name and its own.
    pub fn repeated(&self) -> BTreeSet<(String, String)> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<String> = self.rpcs.iter().map(|rpc| rpc.request.clone()).collect();
        while let Some(message) = open.pop() {
            if !seen.insert(message.clone()) {
                continue;
            }
            for field in &self.message(&message).field {
                if field.label() == Label::Repeated {
                    found.insert((message.clone(), field.name().to_owned()));
                }
                if !field.type_name().is_empty()
                    && self.messages.contains_key(field.type_name().trim_start_matches('.'))
                {
                    open.push(field.type_name().trim_start_matches('.').to_owned());
                }
            }
        }
        found
    }

    /// The reasons that its enums name, without prefix.
    pub fn reasons(&self) -> &BTreeSet<String> {
        &self.reasons
    }

    fn decode(name: &'static str, descriptors: &[u8]) -> Self {
        let files = FileDescriptorSet::decode(descriptors).expect("the descriptors decode").file;
        let mut api = Self {
            name,
            rpcs: Vec::new(),
            messages: BTreeMap::new(),
            limits: BTreeMap::new(),
            reasons: BTreeSet::new(),
        };
        let stated = FileSet::decode(descriptors).expect("the descriptors decode");
        for (message, shape) in stated.shapes() {
            let fields = shape.fields.iter().filter_map(|field| Some((&field.name, field.options.clone()?)));
            let named =
                |(name, options): (&String, _)| (format!("{}.{name}", message.trim_start_matches('.')), options);
            api.limits.extend(fields.map(named));
        }
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
        for rpc in &mut api.rpcs {
            let own = stated.files.iter().flat_map(|file| &file.services).flat_map(|service| &service.methods);
            let options = own.filter(|method| method.name == rpc.name).find_map(|method| method.options.as_ref());
            rpc.bytes_max = options.map_or(0, |options| options.bytes_max as usize).max(65_536);
        }
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
                bytes_max: 0,
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
