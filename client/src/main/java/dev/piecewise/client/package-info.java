/** Fetching artifacts: from Java ({@link dev.piecewise.client.Piecewise}) or as a process that stays ({@link dev.piecewise.client.NodeMain}). */
@NullMarked
package dev.piecewise.client;

import org.jspecify.annotations.NullMarked;
