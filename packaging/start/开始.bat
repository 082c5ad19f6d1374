@echo off
rem Only ASCII here: cmd.exe reads this file in the code page of the console.
setlocal
cd /d "%~dp0" 2>nul || pushd "%~dp0"
set "TOWNS=%~1"
if not defined TOWNS set "TOWNS=%CD%\towns"
rem Started from a place that cannot be written to, towns are kept with the user's documents.
copy /y nul "%TOWNS%\.weizhan-try" >nul 2>&1
if exist "%TOWNS%\.weizhan-try" (del /q "%TOWNS%\.weizhan-try") else if "%~1"=="" (set "TOWNS=%USERPROFILE%\Documents\weizhan")
if not exist "%TOWNS%" mkdir "%TOWNS%"
set "PYTHONHOME="
set "PYTHONPATH="
set "PYTHONNOUSERSITE=1"
set "PYTHONUTF8=1"
python\python.exe -s -m weizhan.cli open "%TOWNS%"
if errorlevel 1 pause
