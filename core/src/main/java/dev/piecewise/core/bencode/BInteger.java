package dev.piecewise.core.bencode;

/**
 * {@code i42e}.
 *
 * @param value any {@code long}; larger numbers are refused when decoding
 */
public record BInteger(long value) implements BencodeValue {}
