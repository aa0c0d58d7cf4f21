// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Takes OTLP over HTTP in JSON, and decodes it by the messages that OpenTelemetry publishes. Says "port N" when it
// listens, and then for each request one line: what it has decoded, as JSON. What it cannot decode it refuses with 400.
// It ends when its stdin does.

'use strict';

const http = require('node:http');
const { isDeepStrictEqual } = require('node:util');
const { gunzipSync } = require('node:zlib');
const { opentelemetry } = require('@opentelemetry/otlp-transformer/build/src/generated/root');

const { ExportTraceServiceRequest, ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;

const idSizes = { traceId: 32, spanId: 16, parentSpanId: 16 };

// Ids are hexadecimal in OTLP's JSON; in protobuf's they are base64, like all bytes.
function convertIds(value, convert) {
  if (Array.isArray(value)) return value.map((one) => convertIds(one, convert));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) =>
    [name, name in idSizes ? convert(member, idSizes[name]) : convertIds(member, convert)]));
}

function fromHex(text, size) {
  if (!/^[0-9a-f]*$/.test(text) || text.length !== size) throw new Error(`an id that is none: ${text}`);
  return Buffer.from(text, 'hex').toString('base64');
}

function toHex(bytes) {
  return Buffer.from(bytes, 'base64').toString('hex');
}

function asObject(message) {
  return ExportTraceServiceRequest.toObject(message, { longs: String, bytes: String });
}

function decode(body) {
  const sent = convertIds(JSON.parse(body), fromHex);
  const message = ExportTraceServiceRequest.fromObject(sent);
  const problem = ExportTraceServiceRequest.verify(message);
  if (problem) throw new Error(problem);
  // A name that the messages do not know, or a number of the wrong form, would be gone or changed now.
  if (!isDeepStrictEqual(asObject(message), sent)) throw new Error('it is not what it decodes to');
  const bytes = ExportTraceServiceRequest.encode(message).finish();
  return convertIds(asObject(ExportTraceServiceRequest.decode(bytes)), toHex);
}

function uncompressed(bytes, encoding) {
  if (encoding === undefined) return bytes;
  if (encoding !== 'gzip') throw new Error(`an encoding that nobody knows: ${encoding}`);
  return gunzipSync(bytes);
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    try {
      if (request.headers['content-type'] !== 'application/json') throw new Error('it is not called JSON');
      const body = uncompressed(Buffer.concat(parts), request.headers['content-encoding']);
      const decoded = decode(body.toString('utf8'));
      process.stdout.write(JSON.stringify(decoded) + '\n');
      answer(response, 200, ExportTraceServiceResponse.toObject(new ExportTraceServiceResponse()));
    } catch (error) {
      answer(response, 400, { message: error.message });
    }
  });
});

server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${server.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
