//! Calls of any rpc with any bytes: for what generated clients cannot say.

use std::time::Duration;

use futures::{StreamExt, stream};
use tonic::{
    Request, Status, Streaming,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
    transport::Channel,
};

use crate::{api::Rpc, merchant::Credential};

/// Calls an rpc with one message and returns every message of the answer; of a watch, which has no end, the first.
pub async fn call(
    channel: &Channel,
    rpc: &Rpc,
    credential: &Credential,
    message: &[u8],
) -> Result<Vec<Vec<u8>>, Status> {
    call_until(channel, rpc, credential, message, |_| true).await
}

/// Calls an rpc with one message and returns the messages of the answer, of an endless one up to that which is the last that is wanted.
pub async fn call_until(
    channel: &Channel,
    rpc: &Rpc,
    credential: &Credential,
    message: &[u8],
    is_last: impl Fn(&[u8]) -> bool,
) -> Result<Vec<Vec<u8>>, Status> {
    let mut answers = open(channel, rpc, credential, message).await?;
    let mut messages = Vec::new();
    while let Some(answer) = answers.next().await {
        let answer = answer?;
        let last = rpc.is_endless() && is_last(&answer);
        messages.push(answer);
        if last {
            break;
        }
    }
    Ok(messages)
}

/// Calls an rpc with one message and reads on until a message is as wanted; false if the stream ends before, or takes too long.
pub async fn answers_at_last(channel: &Channel, rpc: &Rpc, message: &[u8], wanted: &[u8]) -> bool {
    const PATIENCE: Duration = Duration::from_secs(20);
    let read = async {
        let mut answers = open(channel, rpc, &Credential::default(), message).await.ok()?;
        while let Some(Ok(answer)) = answers.next().await {
            if answer == wanted {
                return Some(());
            }
        }
        None
    };
    matches!(tokio::time::timeout(PATIENCE, read).await, Ok(Some(())))
}

async fn open(
    channel: &Channel,
    rpc: &Rpc,
    credential: &Credential,
    message: &[u8],
) -> Result<Streaming<Vec<u8>>, Status> {
    let mut request = Request::new(stream::iter([message.to_vec()]));
    credential.write(&mut request);
    let path = PathAndQuery::try_from(rpc.path()).expect("a path");
    let mut client = Grpc::new(channel.clone());
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    Ok(client.streaming(request, path, Bytes).await?.into_inner())
}

/// Passes messages as they are.
#[derive(Clone, Copy, Debug, Default)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        prost::bytes::BufMut::put_slice(to, &item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        use prost::bytes::Buf;
        let mut item = vec![0; from.remaining()];
        from.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}
