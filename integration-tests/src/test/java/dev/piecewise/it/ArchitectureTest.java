package dev.piecewise.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The directions of docs/architecture.md. Each rule was seen to fail once. */
class ArchitectureTest {
    private static final String ROOT = "dev.piecewise.";

    /** Module package -> the module packages it may use, transitively closed by hand so that the list stays readable. */
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "core", List.of(),
            "torrentbuilder", List.of("core"),
            "trackerclient", List.of("core"),
            "peer", List.of("core"),
            "tracker", List.of("core", "torrentbuilder", "trackerclient"),
            "seeder", List.of("core", "peer", "trackerclient"),
            "client", List.of("core", "peer", "trackerclient", "seeder"),
            "locals3", List.of());

    private static JavaClasses production;

    @BeforeAll
    static void importClasses() {
        production = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.piecewise");
    }

    @Test
    void everyModuleIsSeen() {
        MAY_USE.keySet()
                .forEach(module -> Assertions.assertThat(production.that(resideInAPackage(ROOT + module + "..")))
                        .as("classes of %s", module)
                        .isNotEmpty());
    }

    @Test
    void modulesUseOnlyWhatTheirDirectionAllows() {
        MAY_USE.forEach((module, allowed) -> {
            String[] forbidden = Stream.concat(MAY_USE.keySet().stream(), Stream.of("cli"))
                    .filter(other -> !other.equals(module) && !allowed.contains(other))
                    .map(other -> ROOT + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden)
                    .check(production);
        });
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(production);
    }

    @Test
    void coreKnowsOnlyTheJdk() {
        classes()
                .that()
                .resideInAPackage(ROOT + "core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + "core..", "java..", "org.jspecify..")
                .check(production);
    }

    @Test
    void onlyTheS3OriginUsesTheAwsSdk() {
        // The server in local-s3 is written against the SDK's types; it is no origin.
        onlyIn("software.amazon.awssdk..", ROOT + "torrentbuilder.s3..", ROOT + "locals3..");
    }

    @Test
    void onlyTheWireEngineUsesBtCore() {
        onlyIn("bt..", ROOT + "peer.wire..");
    }

    @Test
    void onlyTheLeaseWorkerUsesApachesHttpClient() {
        onlyIn("org.apache.hc..", ROOT + "seeder.lease..");
    }

    @Test
    void onlyTheTrackerAndTheSeedersHttpPackageUseJetty() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "tracker..", ROOT + "seeder.http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.jetty..")
                .check(production);
    }

    @Test
    void guiceStaysInModulesAndMains() {
        noClasses()
                .that(DescribedPredicate.not(simpleNameEndingWith("Module")
                        .or(simpleNameEndingWith("Main"))
                        .or(nestedInOneEndingWith("Module"))
                        .or(nestedInOneEndingWith("Main"))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.inject..", "javax.inject..", "jakarta.inject..")
                .check(production);
    }

    @Test
    void onlyMainsEndTheProcess() {
        noClasses()
                .that(DescribedPredicate.not(simpleNameEndingWith("Main")))
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(production);
    }

    @Test
    void timeComesFromAnInjectedClock() {
        noClasses()
                .that(DescribedPredicate.not(simpleNameEndingWith("Main").or(simpleNameEndingWith("Module"))))
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(Clock.class, "systemDefaultZone")
                .check(production);
    }

    private static DescribedPredicate<JavaClass> nestedInOneEndingWith(String suffix) {
        return DescribedPredicate.describe("nested in *" + suffix, javaClass -> javaClass
                .getEnclosingClass()
                .map(outer -> outer.getSimpleName().endsWith(suffix))
                .orElse(false));
    }

    private static void onlyIn(String library, String... homes) {
        noClasses()
                .that()
                .resideOutsideOfPackages(homes)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(production);
    }
}
