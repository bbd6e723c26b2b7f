/** Checksums that object stores keep of whole objects, computed from the checksums of parts. */
@NullMarked
package dev.piecewise.core.checksum;

import org.jspecify.annotations.NullMarked;
