//! Any rpc by its descriptor, with JSON in and out: for tests that are made from the descriptors. Knows no message by itself.

use prost::Message;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::{Value, json};
use tonic::{Status, transport::Channel};

use crate::{
    Oms, Refusal,
    api::{Api, Rpc},
    merchant::{Credential, channel},
    raw,
};

/// Both services for whoever holds a credential.
#[derive(Debug)]
pub struct Door {
    services: [Service; 2],
    credential: Credential,
}

#[derive(Debug)]
struct Service {
    rpcs: Vec<Rpc>,
    messages: DescriptorPool,
    channel: Channel,
}

impl Service {
    fn new(api: Api, descriptors: &[u8], url: &str) -> Self {
        let messages = DescriptorPool::decode(descriptors).expect("the descriptors decode");
        Self { rpcs: api.rpcs, messages, channel: channel(url) }
    }

    fn message(&self, name: &str) -> MessageDescriptor {
        self.messages.get_message_by_name(name).unwrap_or_else(|| panic!("no message {name}"))
    }
}

impl Door {
    /// The pair for whoever holds a credential.
    pub fn of(oms: &Oms, credential: &Credential) -> Self {
        let inventory = Service::new(Api::inventory(), proto::inventory::DESCRIPTORS, &oms.inventory_url());
        let catalogue = Service::new(Api::catalogue(), proto::catalogue::DESCRIPTORS, &oms.catalogue_url());
        Self { services: [inventory, catalogue], credential: credential.clone() }
    }

    /// Every rpc of both services.
    pub fn rpcs(&self) -> impl Iterator<Item = &Rpc> {
        self.services.iter().flat_map(|service| &service.rpcs)
    }

    /// The request message of an rpc.
    pub fn request_of(&self, rpc: &str) -> MessageDescriptor {
        let (service, rpc) = self.find(rpc);
        service.message(&rpc.request)
    }

    /// The answer message of an rpc.
    pub fn answer_of(&self, rpc: &str) -> MessageDescriptor {
        let (service, rpc) = self.find(rpc);
        service.message(&rpc.answer)
    }

    /// What an rpc answers, message by message.
    pub async fn call(&self, rpc: &str, request: &Value) -> Result<Vec<Value>, Status> {
        let (service, rpc) = self.find(rpc);
        let options = DeserializeOptions::new();
        let message = DynamicMessage::deserialize_with_options(service.message(&rpc.request), request, &options);
        let message = message.unwrap_or_else(|error| panic!("{} does not take {request}: {error}", rpc.name));
        let answer = service.message(&rpc.answer);
        let read = |bytes: &[u8]| shown(&DynamicMessage::decode(answer.clone(), bytes).expect("the answer decodes"));
        let message = message.encode_to_vec();
        let tells_all = |bytes: &[u8]| tells_all(&read(bytes));
        let answers = raw::call_until(&service.channel, rpc, &self.credential, &message, tells_all).await?;
        Ok(answers.iter().map(|bytes| read(bytes)).collect())
    }

    /// The same, whatever is answered, as one value: the messages, or the refusal.
    pub async fn ask(&self, rpc: &str, request: &Value) -> Value {
        match self.call(rpc, request).await {
            Ok(messages) => json!(messages),
            Err(status) => {
                let Refusal { code, reason, metadata, fields } = Refusal::from(&status);
                let (code, message) = (format!("{code:?}"), status.message());
                json!({"code": code, "reason": reason, "metadata": metadata, "fields": fields, "message": message})
            }
        }
    }

    fn find(&self, name: &str) -> (&Service, &Rpc) {
        let found = self.services.iter().find_map(|service| {
            let rpc = service.rpcs.iter().find(|rpc| rpc.name == name)?;
            Some((service, rpc))
        });
        found.unwrap_or_else(|| panic!("no rpc {name}"))
    }
}

/// Whether a message of a watch says that all that is committed was told.
fn tells_all(message: &Value) -> bool {
    let checkpoint = &message["checkpoint"];
    checkpoint["current"] == true && checkpoint["lag"] == "0s"
}

fn shown(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().use_proto_field_name(true).stringify_64_bit_integers(false);
    message.serialize_with_options(serde_json::value::Serializer, &options).expect("a message is JSON")
}
