/** Moving bytes between processes of one machine: CPU, time and memory of the engines. */
@NullMarked
package dev.piecewise.bench.engine;

import org.jspecify.annotations.NullMarked;
