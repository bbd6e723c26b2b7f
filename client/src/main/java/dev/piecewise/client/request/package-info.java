/** What a pipeline asks for: requests as values, and the file that lists them. */
@NullMarked
package dev.piecewise.client.request;

import org.jspecify.annotations.NullMarked;
