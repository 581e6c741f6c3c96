//! Answers whose beginning, length or end is not what it should be.

use super::*;

/// A chunked answer.
fn chunked(chunks: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
}

const WHOLE_CHUNKS: &str = "8\r\n{\"action\r\n8\r\ns\":[{}]}\r\n0\r\n\r\n";

#[test]
fn an_answer_in_single_bytes_is_ok() {
    every_answer_is_ok(HostileServer::start(|visit| {
        visit.drip(GOOD, Duration::ZERO);
        Then::Keep
    }));
}

#[test]
fn a_chunked_answer_in_single_bytes_is_ok() {
    every_answer_is_ok(HostileServer::start(|visit| {
        visit.drip(chunked(WHOLE_CHUNKS), Duration::ZERO);
        Then::Keep
    }));
}

#[test]
fn a_header_of_a_megabyte_is_a_protocol_error() {
    let header = format!("X: {}\r\n", "a".repeat(1 << 20));
    counts_as(
        "protocol",
        GOOD.replacen("Content", &(header + "Content"), 1),
        Then::Close,
    );
}

#[test]
fn a_megabyte_of_headers_is_a_protocol_error() {
    let headers = "X: a\r\n".repeat((1 << 20) / 6);
    counts_as(
        "protocol",
        GOOD.replacen("Content", &(headers + "Content"), 1),
        Then::Close,
    );
}

#[test]
fn a_body_that_ends_before_its_length_is_a_protocol_error() {
    counts_as("protocol", GOOD.replace("16", "17"), Then::Close);
}

#[test]
fn a_body_that_never_reaches_its_length_is_a_time_out() {
    times_out(&HostileServer::start(|visit| {
        visit.say(GOOD.replace("16", "17"));
        Then::Keep
    }));
}

#[test]
fn a_body_that_goes_on_after_its_length_is_a_protocol_error() {
    counts_as("protocol", GOOD.replace("16", "15"), Then::Keep);
}

#[test]
fn a_length_beyond_all_memory_is_a_protocol_error() {
    counts_as(
        "protocol",
        GOOD.replace("16", "18446744073709551615"),
        Then::Close,
    );
}

#[test]
fn a_length_that_is_no_number_is_a_protocol_error() {
    counts_as("protocol", GOOD.replace("16", "0x10"), Then::Close);
}

#[test]
fn two_lengths_that_differ_are_a_protocol_error() {
    let answer = GOOD.replace("\r\n\r\n", "\r\nContent-Length: 17\r\n\r\n");
    counts_as("protocol", answer, Then::Keep);
}

#[test]
fn two_lengths_that_agree_are_ok() {
    is_ok(
        GOOD.replace("\r\n\r\n", "\r\nContent-Length: 16\r\n\r\n"),
        Then::Keep,
    );
}

#[test]
fn chunks_outrank_a_length() {
    let answer = chunked(WHOLE_CHUNKS).replacen("Transfer", "Content-Length: 3\r\nTransfer", 1);
    is_ok(answer, Then::Keep);
}

#[test]
fn a_chunk_whose_size_is_no_number_is_a_protocol_error() {
    counts_as(
        "protocol",
        chunked(&WHOLE_CHUNKS.replacen('8', "eight", 1)),
        Then::Keep,
    );
}

#[test]
fn a_chunk_without_a_size_is_a_protocol_error() {
    // What stands where the last size should is an empty line.
    counts_as(
        "protocol",
        chunked(&WHOLE_CHUNKS.replacen("0\r\n", "\r\n", 1)),
        Then::Keep,
    );
}

#[test]
fn a_chunk_that_does_not_end_where_its_size_says_is_a_protocol_error() {
    counts_as(
        "protocol",
        chunked(&WHOLE_CHUNKS.replacen("8\r\ns", "8s", 1)),
        Then::Close,
    );
    counts_as(
        "protocol",
        chunked(&WHOLE_CHUNKS.replacen("action\r\n", "action", 1)),
        Then::Close,
    );
}

#[test]
fn a_chunk_of_an_absurd_size_is_a_protocol_error() {
    for size in ["ffffffffffffffff", "fffffffffffffffff", "-8", "40000000"] {
        counts_as(
            "protocol",
            chunked(&WHOLE_CHUNKS.replacen('8', size, 1)),
            Then::Keep,
        );
    }
}

#[test]
fn chunks_that_end_without_a_last_one_are_a_protocol_error() {
    counts_as(
        "protocol",
        chunked(&WHOLE_CHUNKS.replace("0\r\n\r\n", "")),
        Then::Close,
    );
}

#[test]
fn chunks_that_never_end_are_a_time_out() {
    times_out(&HostileServer::start(|visit| {
        visit.say(chunked(&WHOLE_CHUNKS.replace("0\r\n\r\n", "")));
        Then::Keep
    }));
}

#[test]
fn a_trailer_without_end_is_a_protocol_error() {
    let endless = "a".repeat(1 << 20);
    let answer = chunked(&WHOLE_CHUNKS.replace("0\r\n", &format!("0\r\nX: {endless}")));
    counts_as("protocol", answer, Then::Close);
}

#[test]
fn a_size_of_a_chunk_that_goes_on_for_a_megabyte_is_a_protocol_error() {
    let endless = "a".repeat(1 << 20);
    let answer = chunked(&WHOLE_CHUNKS.replace("0\r\n", &format!("0;{endless}\r\n")));
    counts_as("protocol", answer, Then::Close);
}

#[test]
fn another_transfer_coding_than_chunks_is_a_protocol_error() {
    counts_as(
        "protocol",
        chunked(WHOLE_CHUNKS).replace("chunked", "gzip"),
        Then::Close,
    );
}

#[test]
fn interim_answers_are_passed_over() {
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
    is_ok(
        format!("HTTP/1.1 100 Continue\r\n\r\n{hints}{GOOD}"),
        Then::Keep,
    );
}

#[test]
fn an_interim_answer_that_comes_by_itself_is_passed_over() {
    every_answer_is_ok(HostileServer::start(|visit| {
        visit.say("HTTP/1.1 100 Continue\r\n\r\n");
        thread::sleep(Duration::from_millis(5));
        visit.say(GOOD);
        Then::Keep
    }));
}

#[test]
fn an_interim_answer_with_nothing_behind_it_is_a_protocol_error_or_a_time_out() {
    counts_as("protocol", "HTTP/1.1 100 Continue\r\n\r\n", Then::Close);
    times_out(&HostileServer::start(|visit| {
        visit.say("HTTP/1.1 100 Continue\r\n\r\n");
        Then::Keep
    }));
}

#[test]
fn a_second_answer_to_one_request_is_a_protocol_error() {
    counts_as("protocol", format!("{GOOD}{GOOD}"), Then::Keep);
}

#[test]
fn what_comes_after_the_answer_spoils_at_most_the_next_one() {
    let server = HostileServer::start(|visit| {
        visit.say(GOOD);
        if visit.number % 2 == 1 {
            thread::sleep(Duration::from_millis(2));
            visit.say("and another thing");
        }
        Then::Keep
    });
    let day = Day::with(&server, json!({}))
        .ends_with(0)
        .fails_only_as(&["protocol"]);
    assert!(
        day.failed("protocol") <= server.requests() / 2,
        "{}",
        day.ran
    );
}

#[test]
fn the_end_of_the_connection_ends_an_answer_without_a_length() {
    is_ok("HTTP/1.1 200 OK\r\n\r\n{\"actions\":[{}]}", Then::Close);
}

#[test]
fn a_server_of_http_1_0_is_loaded_as_well() {
    let server = is_ok("HTTP/1.0 200 OK\r\n\r\n{\"actions\":[{}]}", Then::Close);
    assert!(server.connections() >= server.requests());
}

#[test]
fn a_server_of_http_1_0_that_keeps_connections_has_few() {
    let answer = GOOD.replacen(
        "HTTP/1.1 200 OK",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive",
        1,
    );
    let server = is_ok(answer, Then::Keep);
    assert!(server.connections() < server.requests());
}

#[test]
fn a_status_line_without_a_reason_is_ok() {
    is_ok(GOOD.replacen(" OK", "", 1), Then::Keep);
    is_ok(GOOD.replacen(" OK", " ", 1), Then::Keep);
}

#[test]
fn a_header_that_is_folded_over_two_lines_is_read_as_one() {
    is_ok(
        GOOD.replacen("Content", "X: one\r\n two\r\nContent", 1),
        Then::Keep,
    );
    is_ok(GOOD.replacen(": 16", ":\r\n 16", 1), Then::Keep);
}

#[test]
fn what_is_not_http_is_a_protocol_error() {
    for answer in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/2 200\r\nContent-Length: 0\r\n\r\n",
        "{\"actions\":[{}]}\n",
        "\0",
        "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 16\r\n\r\n{\"actions\":[{}]}",
        "HTTP/1.1 20 OK\r\nContent-Length: 16\r\n\r\n{\"actions\":[{}]}",
    ] {
        counts_as("protocol", answer, Then::Close);
    }
}
