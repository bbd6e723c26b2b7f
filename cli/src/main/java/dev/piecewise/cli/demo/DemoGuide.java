package dev.piecewise.cli.demo;

import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What to try while a demo stays up: commands that can be pasted. */
record DemoGuide(
        URI tracker,
        URI s3,
        Path scratch,
        List<DemoCluster.Member> members,
        List<ArtifactStatus> artifacts,
        List<String> webSeeds) {
    void print(PrintStream out) {
        String piecewise = Optional.ofNullable(System.getProperty("piecewise.home"))
                .map(home -> home + "/bin/piecewise")
                .orElse("piecewise");
        String object = DemoArtifact.OBJECT.toString();
        String prefix = DemoArtifact.PREFIX.toString();
        out.println();
        out.println("Everything stays up until Ctrl-C, then all of it is removed.");
        out.println("  S3        " + s3 + " (signed requests only)");
        out.println("  tracker   " + tracker);
        out.println("  torrent   " + torrent(object));
        artifacts.forEach(status -> magnet(status, out));
        webSeeds.forEach(url -> out.println("  web seed  " + url));
        out.println("  scrape    " + tracker + "/scrape");
        for (DemoCluster.Member member : members) {
            out.println("  " + String.format("%-8s", member.name()) + "  files in " + member.files() + ", data in "
                    + member.data());
        }
        out.println("Try, in another terminal:");
        out.println("  " + piecewise + " status --tracker " + tracker);
        out.println("  " + piecewise + " status " + object + " --tracker " + tracker);
        out.println("  " + piecewise + " get " + object + " " + scratch.resolve("late.bin") + " --tracker " + tracker
                + " --data " + scratch.resolve("late") + " --listen 127.0.0.1:0");
        out.println("  " + piecewise + " get " + prefix + " " + scratch.resolve("late-tree") + " --tracker " + tracker
                + " --data " + scratch.resolve("late") + " --listen 127.0.0.1:0");
        out.println("  " + piecewise + " torrent " + object + " -o " + scratch.resolve("model.torrent") + " --tracker "
                + tracker);
        out.println(aria2c(object));
        out.println(aria2c(prefix));
        out.println("  curl -s " + tracker + "/v1/artifacts");
        out.println("  curl -s " + tracker + "/v1/artifacts/ID/ledger      (with an id from the line above)");
        out.println("  curl -s " + tracker + "/healthz");
        out.flush();
    }

    private static void magnet(ArtifactStatus status, PrintStream out) {
        String magnet = status.magnet();
        if (magnet != null) {
            out.println("  magnet    " + magnet);
        }
    }

    private String torrent(String uri) {
        return tracker + "/torrent?uri=" + URLEncoder.encode(uri, StandardCharsets.UTF_8);
    }

    private String aria2c(String uri) {
        return "  aria2c --dir=" + scratch.resolve("aria2") + " --seed-time=0 --retry-wait=1 --max-tries=0 '"
                + torrent(uri) + "'";
    }
}
