/** Vocabulary of BitTorrent and of Piecewise: knows no network, no S3, no Guice. */
@NullMarked
package dev.piecewise.core;

import org.jspecify.annotations.NullMarked;
