/**
 * Unpacks archives that come from strangers: what they hold is written below one new directory or not at all. Knows files
 * only, nothing of fetching.
 */
@NullMarked
package dev.piecewise.client.unpack;

import org.jspecify.annotations.NullMarked;
