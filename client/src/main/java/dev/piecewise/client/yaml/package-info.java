/** YAML files of users, read so that all their problems come to light at once, each with its line. */
@NullMarked
package dev.piecewise.client.yaml;

import org.jspecify.annotations.NullMarked;
