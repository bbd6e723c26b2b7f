package dev.piecewise.core.bencode;

/** A bencoded value (BEP 3): one of four kinds, immutable. */
public sealed interface BencodeValue permits BInteger, BString, BList, BDictionary {}
