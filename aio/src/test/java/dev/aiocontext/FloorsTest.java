package dev.aiocontext;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The floors of the house, as CONTRIBUTING.md draws them: each knows those below it, and the words of the public package. The
 * classes of the public package that are no words are its doors, which no floor below knows.
 */
@AnalyzeClasses(packages = "dev.aiocontext", importOptions = ImportOption.DoNotIncludeTests.class)
class FloorsTest {
    private static final String API = "dev.aiocontext";
    private static final String POSIX = "dev.aiocontext.internal.posix";
    private static final String WAKEUP = "dev.aiocontext.internal.wakeup";
    private static final String TIMER = "dev.aiocontext.internal.timer";
    private static final String FDMON = "dev.aiocontext.internal.fdmon";
    private static final String RELAY = "dev.aiocontext.internal.relay";
    private static final String LOOP = "dev.aiocontext.internal.loop";
    private static final String SOURCE = "dev.aiocontext.source";
    private static final String DOCTOR = "dev.aiocontext.internal.doctor";
    private static final String BINDINGS = "dev.aiocontext.bindings..";

    /** Interfaces, values, enums, exceptions and a clock for tests: they know each other and nothing else of ours. */
    private static final Set<Class<?>> WORDS = Set.of(
            SyscallException.class,
            RelayMode.class,
            MonitorMode.class,
            MonitorChoice.class,
            PollHook.class,
            BottomHalf.class,
            FdHandler.class,
            FdEvents.class,
            FdSource.class,
            OwnedCallback.class,
            ReentrancyGuard.class,
            Source.class,
            SourceGroup.class,
            Task.class,
            ExceptionHandler.class,
            SigioHandler.class,
            AioTimer.class,
            TimerClock.class,
            TimerHandler.class,
            TimerOptions.class,
            VirtualClock.class,
            Wait.class,
            WaitHook.class);

    /** The classes that check arguments and delegate to the floors below. */
    private static final Set<Class<?>> DOORS = Set.of(
            AioContext.class,
            AioThread.class,
            AioThreadPool.class,
            AioStatistics.class,
            EmbeddedLoop.class,
            EventNotifier.class,
            SigioSource.class,
            SignalLauncher.class,
            SourceInfo.class);

    private static final DescribedPredicate<JavaClass> ARE_WORDS = DescribedPredicate.describe(
            "words of the public package",
            type -> WORDS.stream().anyMatch(type.getBaseComponentType()::isEquivalentTo));

    private static final DescribedPredicate<JavaClass> ARE_DOORS = DescribedPredicate.describe(
            "doors of the public package", type -> DOORS.stream().anyMatch(type::isEquivalentTo));

    private static ArchRule floor(String floor, String... below) {
        return classes()
                .that()
                .resideInAPackage(floor)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(below)
                        .or(resideInAnyPackage(floor))
                        .or(ARE_WORDS)
                        .or(resideOutsideOfPackages("dev.aiocontext..")));
    }

    @ArchTest
    static final ArchRule POSIX_KNOWS_THE_BINDINGS = floor(POSIX, BINDINGS);

    /** Everything else asks them, so that a native call is in a place where one looks for it. */
    @ArchTest
    static final ArchRule THE_BINDINGS_ARE_FOR_THREE_FLOORS = noClasses()
            .that()
            .resideOutsideOfPackages(POSIX, FDMON, RELAY, BINDINGS)
            .should()
            .dependOnClassesThat(resideInAnyPackage(BINDINGS));

    @ArchTest
    static final ArchRule WAKEUP_KNOWS_POSIX = floor(WAKEUP, POSIX);

    @ArchTest
    static final ArchRule TIMER_KNOWS_WAKEUP = floor(TIMER, WAKEUP);

    @ArchTest
    static final ArchRule FDMON_KNOWS_POSIX_AND_THE_BINDINGS = floor(FDMON, POSIX, BINDINGS);

    @ArchTest
    static final ArchRule RELAY_KNOWS_POSIX_WAKEUP_AND_THE_BINDINGS = floor(RELAY, POSIX, WAKEUP, BINDINGS);

    @ArchTest
    static final ArchRule LOOP_KNOWS_ALL_FLOORS_BELOW = floor(LOOP, POSIX, WAKEUP, TIMER, FDMON, RELAY);

    /** Ready-made sources use the public API, as those of users do. No floor below knows them. */
    @ArchTest
    static final ArchRule SOURCES_KNOW_THE_PUBLIC_API_AND_POSIX = floor(SOURCE, API, POSIX);

    @ArchTest
    static final ArchRule SOURCES_ARE_ABOVE_THE_DOORS = noClasses()
            .that()
            .resideOutsideOfPackages(SOURCE, DOCTOR)
            .should()
            .dependOnClassesThat(resideInAnyPackage(SOURCE));

    @ArchTest
    static final ArchRule THE_DOCTOR_IS_ON_TOP =
            noClasses().that().resideOutsideOfPackage(DOCTOR).should().dependOnClassesThat(resideInAnyPackage(DOCTOR));

    /** What benchmarks and stress tests share with the doctor lies below it, where they can see it. */
    @ArchTest
    static final ArchRule THE_DOCTOR_IS_ONE_COMMAND = classes()
            .that()
            .resideInAPackage(DOCTOR)
            .and()
            .areTopLevelClasses()
            .and()
            .doNotHaveSimpleName("Doctor")
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule WORDS_KNOW_EACH_OTHER_ONLY = classes()
            .that(ARE_WORDS)
            .should()
            .onlyDependOnClassesThat(ARE_WORDS.or(resideOutsideOfPackages("dev.aiocontext..")));

    @ArchTest
    static final ArchRule PUBLIC_TYPES_ARE_WORDS_OR_DOORS = classes()
            .that()
            .resideInAPackage(API)
            .and()
            .arePublic()
            .and()
            .areTopLevelClasses()
            .should(be(ARE_WORDS.or(ARE_DOORS)));

    /** The page of the package tells users which classes are doors, and forgets none. */
    @Test
    void thePackageNamesItsDoors() throws IOException {
        String page = Files.readString(Path.of("src/main/java/dev/aiocontext/package-info.java"));
        String doors = page.substring(page.indexOf("Doors are"), page.indexOf("No floor below knows a door"));
        assertThat(Pattern.compile("\\{@code(?:\\s|\\*)+(\\w+)}")
                        .matcher(doors)
                        .results()
                        .map(found -> found.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        DOORS.stream().map(Class::getSimpleName).toList());
    }

    @ArchTest
    static final ArchRule THE_PUBLIC_PACKAGES_ARE_TWO = classes()
            .that()
            .resideOutsideOfPackages("dev.aiocontext.internal..", BINDINGS)
            .and()
            .resideInAPackage("dev.aiocontext..")
            .should()
            .resideInAnyPackage(API, SOURCE);
}
