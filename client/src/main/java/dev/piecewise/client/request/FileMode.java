package dev.piecewise.client.request;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The permissions of a published file.
 *
 * @param permissions all of them
 */
public record FileMode(Set<PosixFilePermission> permissions) {
    private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3}");
    private static final String RWX = "rwxrwxrwx";

    public FileMode {
        permissions = Set.copyOf(permissions);
    }

    /**
     * Reads three octal digits, {@code 644} or {@code 0644}.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static FileMode parse(String text) {
        if (!OCTAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a mode; write three octal digits, for example 0644");
        }
        int bits = Integer.parseInt(text, 8);
        StringBuilder symbolic = new StringBuilder(RWX);
        for (int i = 0; i < RWX.length(); i++) {
            if ((bits >> (RWX.length() - 1 - i) & 1) == 0) {
                symbolic.setCharAt(i, '-');
            }
        }
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(symbolic.toString());
        if (!permissions.contains(PosixFilePermission.OWNER_READ)) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' does not let the owner read the file, so nobody could tell later whether it is right; add 0400");
        }
        return new FileMode(permissions);
    }

    /** What {@link #parse} reads, in four digits. */
    @Override
    public String toString() {
        int bits = 0;
        for (char letter : PosixFilePermissions.toString(permissions).toCharArray()) {
            bits = 2 * bits + (letter == '-' ? 0 : 1);
        }
        return String.format("%04o", bits);
    }
}
